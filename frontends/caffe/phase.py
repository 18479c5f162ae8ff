"""Which layers of a net are part of it when it is used: Caffe's rules of phase, level and stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.caffe.messages import MESSAGES

_TEST = 1


def in_test_phase(net: Any, layers: list[Any], file: Path) -> list[Any]:
    """The layers that ``Net::FilterNet`` keeps in phase TEST, with the level and the stages of the net's own state."""
    state = MESSAGES["NetState"]()
    state.CopyFrom(net.state)
    state.phase = _TEST
    return [layer for layer in layers if _kept(layer, state, file)]


def _kept(layer: Any, state: Any, file: Path) -> bool:
    if layer.include and layer.exclude:
        raise InputError(
            f"{file}: layer {shown(layer.name)} has rules to include and to exclude it; Caffe allows one kind"
        )
    if layer.include:
        return any(_meets(rule, state) for rule in layer.include)
    return not any(_meets(rule, state) for rule in layer.exclude)


def _meets(rule: Any, state: Any) -> bool:
    if rule.HasField("phase") and rule.phase != state.phase:
        return False
    if rule.HasField("min_level") and state.level < rule.min_level:
        return False
    if rule.HasField("max_level") and state.level > rule.max_level:
        return False
    stages = set(state.stage)
    return stages.issuperset(rule.stage) and stages.isdisjoint(rule.not_stage)
