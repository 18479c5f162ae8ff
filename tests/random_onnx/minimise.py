"""A failing model made small: one output, and inputs as near to it as the failure stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import onnx
from onnx import helper
from onnx.utils import Extractor

from dldt.compiler.types import Array
from tests.random_onnx.builder import info
from tests.random_onnx.judge import reference

Failing = Callable[[Any, Sequence[dict[str, Array]]], bool]


def minimised(model: Any, feeds: Sequence[dict[str, Array]], failing: Failing) -> tuple[Any, list[dict[str, Array]]]:
    """The smallest model that was found for which ``failing`` still says yes, with its feeds."""
    best, given = model, list(feeds)
    for output in list(model.graph.output):
        made = _cut(best, given, [], output.name)
        if made is not None and failing(*made):
            best, given = made
            break
    changed = True
    while changed:
        changed = False
        for node in list(best.graph.node):
            wanted = best.graph.output[0].name
            cuts = [([], node.output[0])] if node.output[0] != wanted else []
            for inputs, output in [*cuts, (list(node.output), wanted)]:
                made = _cut(best, given, inputs, output)
                smaller = made is not None and len(made[0].graph.node) < len(best.graph.node)
                if made is not None and smaller and failing(*made):
                    best, given, changed = *made, True
                    break
            if changed:
                break
    return best, given


def _cut(model: Any, feeds: Sequence[dict[str, Array]], inputs: Sequence[str], output: str) -> Any:
    """The model up to ``output``, with what ``inputs`` names given as inputs; None where there is none."""
    try:
        whole = onnx.ModelProto()
        whole.CopyFrom(model)
        names = [name for name in (*inputs, output) if name]
        del whole.graph.output[:]
        whole.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
        values = reference(whole.SerializeToString(), feeds)
        shown = {name: values[0][name] for name in names}
        if not all(hasattr(array, "dtype") for array in shown.values()):
            return None
        del whole.graph.value_info[:]
        kept = [i for i in model.graph.input if i.name not in names]
        dims = {
            name: [a if a == b else None for a, b in zip(*(v[name].shape for v in values), strict=True)]
            for name in names
        }
        del whole.graph.input[:]
        whole.graph.input.extend(kept)
        whole.graph.input.extend(info(n, shown[n].dtype, dims[n]) for n in names[:-1])
        del whole.graph.output[:]
        whole.graph.output.append(info(output, shown[output].dtype, [None] * shown[output].ndim))
        made = Extractor(whole).extract_model([i.name for i in whole.graph.input], [output])
        used = {name for node in made.graph.node for name in _read(node)}
        for each in [i for i in made.graph.input if i.name not in used]:
            made.graph.input.remove(each)
        wanted = [i.name for i in made.graph.input]
        shorter = [
            {n: given[n] if n in given else found[n] for n in wanted}
            for given, found in zip(feeds, values, strict=True)
        ]
        reference(made.SerializeToString(), shorter)  # a body may read what was cut off
        return made, shorter
    except Exception:
        return None


def _read(node: Any) -> list[str]:
    return [*node.input, *(n for a in node.attribute for inner in a.g.node for n in _read(inner)),
            *(o.name for a in node.attribute for o in a.g.output)]  # fmt: skip
