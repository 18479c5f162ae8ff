"""Kinds of nodes whose sizes the data tell, that hold bodies, or make sequences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from tests.random_onnx.builder import Builder, RejectedError, info
from tests.random_onnx.value import Value


def non_zero(b: Builder) -> None:
    b.node(
        "NonZero", [b.any(lambda v: v.exact and v.rank > 0 and v.dtype in (np.float32, np.bool_, np.int64))], exact=True
    )


def compressed(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 0 and v.dtype in (np.float32, np.int64))
    axis = b.integer(0, x.rank)
    if x.shape[axis] and b.chance(0.5):
        b.node("Compress", [x, b.random.random(x.shape[axis]) < 0.6], exact=x.exact, axis=axis)
        return
    (flat,) = b.node("Reshape", [b.floats(exact=True), b.ints(-1)], exact=True)
    (positive,) = b.node("Greater", [flat, np.float32(0)], exact=True)
    b.node("Compress", [flat, positive], exact=True, axis=0)


def unique(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.rank > 0 and v.dtype in (np.float32, np.int64) and v.size > 0)
    b.node("Unique", [x], b.integer(1, 5), exact=True, sorted=b.integer(0, 2))


def suppressed(b: Builder) -> None:
    corners = np.sort(b.random.integers(0, 20, (1, 8, 2, 2)), 2).reshape(1, 8, 4).astype(np.float32)
    scores = b.random.permutation(16).reshape(1, 2, 8).astype(np.float32) / np.float32(16)
    (moved,) = b.node("Mul", [b.floats(exact=True), np.float32(0)], exact=True)
    (zero,) = b.node("ReduceMax", [moved], exact=True, keepdims=0)
    (shifted,) = b.node("Add", [scores, zero], exact=True)
    limits = [np.asarray(5, np.int64), np.float32(0.3), np.float32(0.2)]
    b.node("NonMaxSuppression", [corners, shifted, *limits], exact=True)


def sequence(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 0 and v.dtype == np.float32)
    beside = b.any(lambda v: v.rank == x.rank and v.dtype == np.float32)
    made, more, taken = b.name(), b.name(), b.name()
    nodes = [helper.make_node("SequenceConstruct", [x.name, beside.name], [made])]
    kind = b.pick(("SequenceAt", "ConcatFromSequence", "SequenceInsert", "SequenceErase", "SequenceLength"))
    place = b.constant(b.integer(-2, 2), np.int64)
    if kind in ("SequenceInsert", "SequenceErase"):
        given = [made, x.name, place] if kind == "SequenceInsert" else [made, place]
        nodes.append(helper.make_node(kind, given, [more]))
        nodes.append(helper.make_node("SequenceAt", [more, b.constant(0, np.int64)], [taken]))
    elif kind == "ConcatFromSequence":
        nodes.append(helper.make_node(kind, [made], [taken], axis=b.integer(0, x.rank)))
    else:
        nodes.append(helper.make_node(kind, [made, *([place] if kind == "SequenceAt" else [])], [taken]))
    several(b, nodes, [x, beside], exact=x.exact and beside.exact)


def parts(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 0 and v.dtype == np.float32 and bool(v.shape[0]) and (v.shape[0] or 0) > 1)
    made, taken = b.name(), b.name()
    nodes = [
        helper.make_node("SplitToSequence", [x.name], [made], axis=0, keepdims=b.integer(0, 2)),
        helper.make_node("SequenceAt", [made, b.constant(b.pick((0, -1)), np.int64)], [taken]),
    ]
    several(b, nodes, [x], exact=x.exact)


def several(b: Builder, nodes: Sequence[Any], read: Sequence[Value], *, exact: bool) -> None:
    """Nodes with sequences between them: run as one, by an If that is always true, and added one by one."""
    last = nodes[-1].output[0]
    body = helper.make_graph(nodes, "several", [], [helper.make_empty_tensor_value_info(last)])
    condition = b.constant(True, np.bool_)
    joined = helper.make_node("If", [condition], [last], then_branch=body, else_branch=body)
    result = b.run(joined, read)
    made = b._judged(last, tuple(outputs[0] for outputs in result), exact)
    b.nodes += nodes
    b.kinds += [node.op_type for node in nodes]
    b.values.append(made)


def branch(simple: Sequence[Callable[[Builder], None]]) -> Callable[[Builder], None]:
    """If, with bodies of simple nodes that read what is around it."""

    def kind(b: Builder) -> None:
        condition = b.any(lambda v: v.exact and v.dtype == np.bool_ and v.size > 0)
        (low,) = b.node("Cast", [condition], exact=True, to=6)
        (most,) = b.node("ReduceMax", [low], exact=True, keepdims=0)
        (flag,) = b.node("Greater", [most, np.asarray(0, np.int32)], exact=True)
        outer = [v for v in b.values if v.dtype == np.float32]
        bodies = [_body(b, outer, simple, f"{b.name()}_") for _ in range(2)]
        ends = [[v for v in inner.values if v.name not in inner.outer and v.dtype == np.float32] for inner in bodies]
        pairs = [(x, y) for x in ends[0] for y in ends[1] if x.rank == y.rank]
        chosen = b.pick(pairs)
        for inner in bodies:
            b.constants |= inner.constants
            b.kinds += inner.kinds
        graphs = [
            helper.make_graph(inner.nodes, f"{inner.prefix}body", [], [info(end.name, end.dtype)])
            for inner, end in zip(bodies, chosen, strict=True)
        ]
        node = helper.make_node("If", [flag.name], [b.name()], then_branch=graphs[0], else_branch=graphs[1])
        b.add(node, [flag, *outer])

    return kind


def _body(b: Builder, outer: Sequence[Value], simple: Sequence[Callable[[Builder], None]], prefix: str) -> Builder:
    inner = Builder(b.random, prefix, outer)
    for _ in range(30):
        if len(inner.nodes) > 2:
            break
        attempt(inner, b.pick(simple))
    if not inner.nodes:
        raise RejectedError("an empty body")
    return inner


def attempt(b: Builder, kind: Callable[[Builder], None]) -> bool:
    """Add what the kind makes, or nothing at all."""
    nodes, kinds, values, constants = len(b.nodes), len(b.kinds), len(b.values), dict(b.constants)
    try:
        kind(b)
    except RejectedError:
        del b.nodes[nodes:], b.kinds[kinds:], b.values[values:]
        b.constants = constants
        return False
    return True


def loop(b: Builder) -> None:
    """A state that keeps its shape, and what it is after every turn."""
    x = b.any(lambda v: v.dtype == np.float32 and v.size < 300)
    names = {n: b.name() for n in ("turn", "go", "state", "on", "turned", "sum", "next", "each")}
    nodes = [
        helper.make_node("Identity", [names["go"]], [names["on"]]),
        helper.make_node("Cast", [names["turn"]], [names["turned"]], to=1),
        helper.make_node(b.pick(("Add", "Sub")), [names["state"], names["turned"]], [names["sum"]]),
        helper.make_node(b.pick(("Tanh", "Sigmoid", "Softsign")), [names["sum"]], [names["next"]]),
        helper.make_node("Add", [names["next"], x.name], [names["each"]]),
    ]
    given = [
        helper.make_tensor_value_info(names["turn"], TensorProto.INT64, []),
        helper.make_tensor_value_info(names["go"], TensorProto.BOOL, []),
        info(names["state"], np.float32),
    ]
    results = [info(names["on"], np.bool_), info(names["next"], np.float32), info(names["each"], np.float32)]
    body = helper.make_graph(nodes, f"{names['turn']}body", given, results)
    turns = b.constant(b.integer(1, 5), np.int64)
    node = helper.make_node("Loop", [turns, "", x.name], [b.name(), b.name()], body=body)
    b.add(node, [x])
    b.kinds += [inner.op_type for inner in nodes]


def scan(b: Builder) -> None:
    """A running state over the first axis."""
    x = b.any(lambda v: v.dtype == np.float32 and 0 < v.rank < 4 and v.size > 0 and bool(all(v.shape[1:])))
    names = {n: b.name() for n in ("state", "item", "sum", "next", "each")}
    nodes = [
        helper.make_node("Add", [names["state"], names["item"]], [names["sum"]]),
        helper.make_node("Tanh", [names["sum"]], [names["next"]]),
        helper.make_node("Mul", [names["next"], names["item"]], [names["each"]]),
    ]
    shape = x.arrays[0].shape[1:]
    given = [info(names["state"], np.float32, shape), info(names["item"], np.float32, shape)]
    results = [info(names["next"], np.float32, shape), info(names["each"], np.float32, shape)]
    body = helper.make_graph(nodes, f"{names['state']}body", given, results)
    start = b.constant(b.normal(*shape))
    made = helper.make_node("Scan", [start, x.name], [b.name(), b.name()], body=body, num_scan_inputs=1)
    b.add(made, [x])


KINDS = (non_zero, compressed, unique, suppressed, sequence, parts, loop, scan)
