"""Preprocessing put into the model right behind its inputs: layout, channel order, mean and scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs
import numpy as np

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.metadata import LAYOUT
from dldt.compiler.listed import listed
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Divide, Subtract
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.layout import InputLayout
from dldt.frontends.mean_scale import ChannelValues

_T = TypeVar("_T")


def preprocess(
    graph: Graph,
    mean_values: ChannelValues | Sequence[float] | None = None,
    scale_values: ChannelValues | Sequence[float] | None = None,
    reverse_input_channels: bool = False,
    layout: Mapping[str, InputLayout] | None = None,
) -> None:
    """Change ``graph`` so that its inputs may be fed raw: input → layout → channel order → (x - mean) / scale → model.

    Mean and scale are a number a channel in the model's own channel order, or one for all. Channels are the axis ``c``
    of the layout, else the axis (1, then the last) whose size fits. Raises UsageError.
    """
    layouts = _by_name(graph, layout or {})
    for value in graph.inputs:
        if value.node.name in layouts:
            _apply_layout(graph, value, layouts[value.node.name])
            graph.metadata[LAYOUT + value.node.name] = f"[{','.join(layouts[value.node.name].target.upper())}]"
    means, scales = _numbers(graph, mean_values, "mean"), _numbers(graph, scale_values, "scale")
    reversed_any = False
    for value in graph.inputs:
        name = value.node.name
        found = _Input(value, layouts.get(name))
        if name in scales:
            found.insert(Divide(), found.per_channel(scales[name], "scale"))
        if name in means:
            found.insert(Subtract(), found.per_channel(means[name], "mean"))
        if reverse_input_channels and found.reverse():
            reversed_any = True
    if reverse_input_channels and not reversed_any:
        raise UsageError("no input has 3 channels to be reversed; name the channel axis with a layout, such as nhwc")


@attrs.frozen
class _Input:
    """An input, or the transposition behind it, as the model's first operations see it."""

    parameter: Value
    layout: InputLayout | None

    @property
    def _seen(self) -> Value:
        changed = self.layout is not None and self.layout.source != self.layout.target
        return self.parameter.uses[0][0].outputs[0] if changed and self.parameter.uses else self.parameter

    def insert(self, op: Op, operand: Array, *more: Array) -> None:
        """Put an operation between the input and those that use it."""
        seen = self._seen
        if not seen.type.dtype.is_float and not more:
            raise UsageError(
                f"input {shown(self.parameter.name)} is of type {seen.type.dtype}; mean and scale need a "
                "floating-point one"
            )
        uses = seen.uses
        made = op(seen, operand, *more, name=f"{self.parameter.node.name}/{op.type}")
        for node, port in uses:
            node.graph.rewire(node, port, made)

    def per_channel(self, numbers: tuple[float, ...], what: str) -> Array:
        """The numbers shaped for broadcasting along the channel axis."""
        seen = self._seen
        if what == "scale" and 0.0 in numbers:
            raise UsageError(f"input {shown(self.parameter.name)}: a scale of 0 is given; the input is divided by it")
        array = np.array(numbers, seen.type.dtype.numpy if seen.type.dtype.is_float else np.float32)
        if len(numbers) == 1:
            return array.reshape(())
        axis = self._channel(len(numbers))
        if axis is None:
            raise UsageError(
                f"input {shown(self.parameter.name)}: {len(numbers)} {what} values do not fit {seen.type}; "
                "name the channel axis with a layout, such as nhwc"
            )
        return array.reshape([-1 if i == axis else 1 for i in range(seen.type.rank)])

    def reverse(self) -> bool:
        """Reverse the order of three channels; whether there are three."""
        axis = self._channel(3)
        if axis is None:
            return False
        self.insert(Gather(), np.array([2, 1, 0], np.int64), np.array(axis, np.int64))
        return True

    def _channel(self, count: int) -> int | None:
        shape = self._seen.type.shape
        if self.layout is not None and self.layout.channel is not None:
            axis = self.layout.channel
            return axis if shape[axis] == count else None
        return next((a for a in (1, len(shape) - 1) if 0 <= a < len(shape) and shape[a] == count), None)


def _apply_layout(graph: Graph, value: Value, layout: InputLayout) -> None:
    name, rank = value.node.name, value.type.rank
    if len(layout.source) != rank:
        raise UsageError(
            f"layout {shown(layout.source)} has {len(layout.source)} axes, input {shown(name)} is {value.type}"
        )
    if layout.source == layout.target:
        return
    old = value.type
    fed = tuple(old.shape[layout.source.index(letter)] for letter in layout.target)
    uses = value.uses
    made = Transpose()(value, np.array(layout.order, np.int64), name=f"{name}/Transpose")
    for node, port in uses:
        graph.rewire(node, port, made)
    graph.retype({name: attrs.evolve(old, shape=fed, value=None)})


def _numbers(graph: Graph, given: ChannelValues | Sequence[float] | None, what: str) -> dict[str, tuple[float, ...]]:
    """The numbers by input name. Unnamed ones go to the inputs in order; one tuple goes to all that have channels."""
    if not given:
        return {}
    if isinstance(given, Mapping):
        return _by_name(graph, {name: tuple(map(float, numbers)) for name, numbers in given.items()})
    groups: Any = [given] if isinstance(given[0], int | float) else given
    lists = [tuple(map(float, numbers)) for numbers in groups]
    names = [value.node.name for value in graph.inputs]
    if len(lists) != len(names) and not (len(lists) == 1 and names):
        raise UsageError(f"{len(lists)} groups of {what} values are given for {len(names)} inputs: {listed(names)}")
    if len(lists) == 1 and len(names) > 1:
        pictures = [value.node.name for value in graph.inputs if value.type.rank >= 3 and value.type.dtype.is_float]
        if len(pictures) != 1:
            raise UsageError(f"name the input that the {what} values are for, as in {names[0]}(…)")
        names = pictures
    return dict(zip(names, lists, strict=True))


def _by_name(graph: Graph, given: Mapping[str, _T]) -> dict[str, _T]:
    known = {name: value.node.name for value in graph.inputs for name in (value.node.name, *value.names)}
    found: dict[str, _T] = {}
    for name, item in given.items():
        if not name and len(graph.inputs) == 1:
            found[graph.inputs[0].node.name] = item
        elif name in known:
            found[known[name]] = item
        else:
            about = f"input {shown(name)} is not there" if name else "the model has several inputs: name them"
            raise UsageError(f"{about}{did_you_mean(name, known)}")
    return found
