"""An ONNX model some of whose inputs have no value: optionals that are left out, sequences of no items."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import onnx
from onnx import helper


def without_values(model: Any, names: Collection[str]) -> Any:
    """The model without these inputs. A sequence is made in it, of no items; an optional is no input of its nodes."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    given = [info for info in graph.input if info.name in names]
    kept = [info for info in graph.input if info.name not in names]
    del graph.input[:]
    graph.input.extend(kept)
    nodes = list(graph.node)
    del graph.node[:]
    for info in given:
        if info.type.HasField("sequence_type"):
            kind = info.type.sequence_type.elem_type.tensor_type.elem_type
            graph.node.append(helper.make_node("SequenceEmpty", [], [info.name], dtype=kind))
    optionals = {info.name for info in given if not info.type.HasField("sequence_type")}
    for node in nodes:
        node.input[:] = ["" if name in optionals else name for name in node.input]
    graph.node.extend(nodes)
    return made
