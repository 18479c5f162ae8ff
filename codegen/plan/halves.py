"""Contractions of half precision, summed as floats: on floats that the kernels before them store."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from dldt.codegen.target import Target
from dldt.codegen.task.region import rule_of, stays_node
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType

Wide: TypeAlias = dict[Value, Value]
"""Values of half precision, each with the same numbers as floats."""


def half_notes(graph: Graph, target: Target) -> list[str]:
    """For people: what ``widen_halves`` does to a graph."""
    types = Counter(node.types[0].dtype for inner in graph.walk() for node in _contractions(inner, target))
    return [
        f"{count} contraction(s) and recurrent layer(s) of {dtype} multiply and sum f32 and round once; "
        "what they read is stored as f32 between kernels"
        for dtype, count in types.items()
    ]


def widen_halves(graph: Graph, target: Target) -> Graph:
    """The graph with every contraction and recurrent layer of half precision computed in f32; a copy if there are any.

    ::

        Convolution(x, w)   →   Convert(Convolution(Convert(x), Convert(w)))

    A sum is rounded once, as the operation rounds it. The first conversion is fused into the kernel that makes x: it
    rounds as the model does, but stores floats, so that tiles load what they multiply. Converting in the tile would
    take more instructions than multiplying. The weights that a Softmax gives to a contraction stay the floats that they
    are computed as: they belong to one weighted mean, which is rounded once.
    """
    if not any(_contractions(inner, target) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        wide: Wide = {}
        for node in _contractions(inner, target):
            _replace(inner, node, wide)
        inner.prune()
        for narrow, value in wide.items():
            if narrow.node in inner:
                _read_wide(inner, narrow, value)
    return made


def _contractions(graph: Graph, target: Target) -> list[Node]:
    return [node for node in graph.order() if _is_contraction(node) and _converts(node.types[0].dtype, target)]


def _is_contraction(node: Node) -> bool:
    return node.op.has(Trait.CONTRACTION) or node.op.has(Trait.SEQUENCE)


def _converts(dtype: DType, target: Target) -> bool:
    """Whether numbers of a half type are converted quickly; False for other types."""
    return dtype is DType.bf16 or (dtype is DType.f16 and target.converts_half)


def _replace(graph: Graph, node: Node, wide: Wide) -> None:
    dtype = node.types[0].dtype
    results = node.op.all(*(_widened(v, dtype, wide) for v in node.inputs))
    for old, new in zip(node.outputs, results, strict=True):
        graph.replace(old, ops.Convert(dtype)(new, name=old.node.name))


def _widened(value: Value | None, dtype: DType, wide: Wide) -> Value | None:
    """The value as floats. What only moves or selects elements is done on floats too, so that the kernel before it
    converts; so is a Softmax, whose weights are summed with no rounding between."""
    if value is None or value.type.dtype is not dtype:
        return value
    if value not in wide:
        wide[value] = _converted(value, dtype, wide)
    return wide[value]


def _converted(value: Value, dtype: DType, wide: Wide) -> Value:
    if value.constant is not None:
        return value.graph.constant(value.constant.astype(DType.f32.numpy))
    if value.is_used_once and _stays_wide(value.node):
        inputs = (_widened(v, dtype, wide) for v in value.inputs)
        return value.op.all(*inputs, name=value.node.name)[value.port]
    return ops.Convert(DType.f32)(value)


def _stays_wide(node: Node) -> bool:
    return _moves(node) or isinstance(node.op, ops.SoftMax | ops.Softmax8 | ops.Select)


def _moves(node: Node) -> bool:
    if isinstance(node.op, ops.MaxPool | ops.MaxPool8):
        return True
    return not node.op.has(Trait.BOUNDARY) and not stays_node(node) and rule_of(node).kind == "move"


def _read_wide(graph: Graph, narrow: Value, wide: Value) -> None:
    """Let the operations that read a value beside its contractions read the stored floats, where none needs it in half
    precision in memory."""
    others = [(node, port) for node, port in narrow.uses if node != wide.node]
    if narrow.op.has(Trait.BOUNDARY) or not all(_maps(node) for node, _ in others):
        return
    for node, port in others:
        graph.rewire(node, port, ops.Convert(narrow.type.dtype)(wide))


def _maps(node: Node) -> bool:
    return not node.op.has(Trait.BOUNDARY) and not stays_node(node) and rule_of(node).kind == "map"
