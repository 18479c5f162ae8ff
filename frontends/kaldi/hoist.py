"""The part of a recurrence's matrix products that does not depend on earlier frames is taken out of it.

Affine(Append(x, r)), where r is made of earlier frames of the result → Affine(x) + Linear(r): the first product then is
one of all frames.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from dldt.compiler.types import Array
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.kaldi.cycles import Cycle, in_order
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork, TimedNode

WEIGHTS = {
    "AffineComponent": "linear_params",
    "FixedAffineComponent": "linear_params",
    "LinearComponent": "params",
    "NaturalGradientAffineComponent": "linear_params",
    "TdnnComponent": "linear_params",
}
"""The products, with the field that has their matrix."""


def hoisted(network: TimedNetwork) -> TimedNetwork:
    """The network with such products in two parts."""
    nodes = dict(network.nodes)
    for part in in_order(network):
        if not isinstance(part, Cycle):
            continue
        for name in part.members:
            source = nodes[name].taps[0] if nodes[name].taps else None
            if nodes[name].op_type in WEIGHTS and source is not None and not source.offset:
                _split(network, nodes, name, frozenset(part.members))
    return attrs.evolve(network, nodes=nodes)


def _split(network: TimedNetwork, nodes: dict[str, TimedNode], name: str, members: frozenset[str]) -> None:
    node = nodes[name]
    joined = nodes.get(node.taps[0].source)
    if joined is None or joined.op_type != "Append":
        return
    inside = [tap.source in members for tap in joined.taps]
    if all(inside) or not any(inside):
        return
    columns: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    start = 0
    for tap, inner in zip(joined.taps, inside, strict=True):
        width = network.inputs[tap.source].width if tap.source in network.inputs else nodes[tap.source].width
        columns[inner].append((start, start + width))
        start += width
    bias = {key: value for key, value in node.attributes.items() if key == "bias_params"}
    parts: list[FrameTap] = []
    for inner, word in ((False, "new"), (True, "old")):
        taps = tuple(tap for tap, is_inner in zip(joined.taps, inside, strict=True) if is_inner is inner)
        spans = columns[inner]
        if len(taps) > 1:
            width = sum(end - begin for begin, end in spans)
            taps = (_node(nodes, "Append", f"{name}/{word}", taps, width, {}),)
        weights = TensorRecord(_columns(node.attributes[WEIGHTS[node.op_type]], spans))
        with_bias = bool(bias) and not inner
        kind = "AffineComponent" if with_bias else "LinearComponent"
        given: dict[str, Any] = {WEIGHTS[kind]: weights, **(bias if with_bias else {})}
        parts.append(_node(nodes, kind, f"{name}/{word}_part", taps, node.width, given))
    nodes[name] = TimedNode("Sum", name, tuple(parts), node.width)


def _node(
    nodes: dict[str, TimedNode], op_type: str, name: str, taps: tuple[FrameTap, ...], width: int, given: dict[str, Any]
) -> FrameTap:
    own, number = name, 2
    while own in nodes:
        own, number = f"{name}_{number}", number + 1
    nodes[own] = TimedNode(op_type, own, taps, width, given)
    return FrameTap(own)


def _columns(weights: TensorRecord, spans: list[tuple[int, int]]) -> Callable[[str], Array]:
    def read(what: str) -> Array:
        whole = weights.read(what)
        if len(spans) == 1:
            return whole[:, spans[0][0] : spans[0][1]]
        chosen = [column for begin, end in spans for column in range(begin, end)]
        return whole[:, chosen]

    return read
