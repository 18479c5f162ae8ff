"""Regions: which operations become one kernel.

A region has one root value, which is written to memory, and at most one anchor (a reduction or a contraction); the
rest are element-wise operations and movements that are computed on the way, never stored.
"""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.operand import is_strided
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.lower.reshape import MOVEMENTS
from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.loop.variables import output_variable
from dldt.codegen.task.region import (
    BOUNDARY,
    Region,
    compose,
    destination,
    is_channels_first,
    is_product,
    moved_index,
    rule_of,
    runtime_inputs,
)
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.types import DType

MOST_NODES = 48
"""A region's size is bounded: its expression is walked recursively."""

FEW_CHANNELS = 4
"""Up to so many channels of an image are read where they lie, and not brought into another order first."""

CONTRACTIONS: tuple[type[Op], ...] = (
    ops.Convolution,
    ops.GroupConvolution,
    ops.ConvolutionBackpropData,
    ops.GroupConvolutionBackpropData,
    ops.MatMul,
    Recurrence,
)
ROWWISE: tuple[type[Op], ...] = (
    ops.ReduceSum,
    ops.ReduceMean,
    ops.ReduceMax,
    ops.ReduceMin,
    ops.ReduceProd,
    ops.ReduceL1,
    ops.ReduceL2,
)
"""Reductions that read each element once: what produces it may be computed on the way in."""


def partition(graph: Graph) -> list[Region | Node]:
    """The graph's regions in an order in which they can run; an operation with bodies stays a node."""
    return _Partition(graph).run()


class _Partition:
    def __init__(self, graph: Graph) -> None:
        self.order = [node for node in graph.order() if not isinstance(node.op, BOUNDARY)]
        self.position = {node: k for k, node in enumerate(self.order)}
        self.consumers = _consumers(graph)
        self.inlined: set[Value] = set()
        self.anchor: dict[Value, Node | None] = {}
        self.size: dict[Value, int] = {}

    def run(self) -> list[Region | Node]:
        for node in self.order:
            if not node.op.bodies:
                self._decide(node)
        found: list[Region | Node] = []
        for node in self.order:
            if node.op.bodies:
                found.append(node)
                continue
            roots = [v for v in node.outputs if v not in self.inlined and self.consumers.get(v)]
            found += [self._region(root) for root in roots]
        return found

    def _decide(self, node: Node) -> None:
        """Which of the node's inputs are computed on the way."""
        own = node if rule_of(node).kind == "reduce" else None
        wanted = {v for _, v in runtime_inputs(node) if self._can_inline(v, node)}
        anchored = sorted((v for v in wanted if self.anchor.get(v)), key=lambda v: self.position[v.node])
        keep = anchored[-1:] if own is None else []
        wanted -= {v for v in anchored if v not in keep}
        size = 1
        for v in sorted(wanted, key=lambda v: (v.id, v.port)):
            if size + self.size[v] > MOST_NODES:
                wanted.discard(v)
                keep = [k for k in keep if k != v]
                continue
            size += self.size[v]
        self.inlined |= wanted
        for output in node.outputs:
            self.anchor[output] = own or (self.anchor[keep[0]] if keep else None)
            self.size[output] = size

    def _can_inline(self, value: Value, node: Node) -> bool:
        producer = value.node
        if isinstance(producer.op, BOUNDARY) or producer.op.bodies or isinstance(producer.op, ops.Concat):
            return False
        if isinstance(node.op, CONTRACTIONS):
            found = self._reads_shuffled(value, node) or self._reads_pixels(value, node)
            return found or (is_product(node) and self._read_in_place(value))
        kind, made = rule_of(producer).kind, rule_of(node).kind
        users = self.consumers[value]
        if any(isinstance(c.op, ops.Result) or c.op.bodies for c in users):
            return False
        if len(users) > 1 and not (kind == "move" and self._cheap_move(value, users)):
            return False
        if self.anchor.get(value) is not None:
            return (made == "map" and value.type.shape == node.types[0].shape) or self._stored_in_vectors(value, node)
        if made == "reduce":
            return isinstance(node.op, ROWWISE) or (kind == "move" and not isinstance(node.op, CONTRACTIONS))
        if kind != "move" and value.type.elements != node.types[0].elements:
            return isinstance(node.op, ops.Slice | ops.StridedSlice | ops.Split | ops.VariadicSplit | ops.Concat)
        return True

    def _reads_shuffled(self, value: Value, node: Node) -> bool:
        """A grouped convolution finds the channels of a shuffle where they are."""
        weights = node.inputs[1]
        if not isinstance(node.op, ops.GroupConvolution) or weights is None or weights.constant is None:
            return False
        stored = value.type.is_static and all(v not in self.inlined for v in value.node.inputs if v is not None)
        shuffled = isinstance(value.op, ops.ShuffleChannels) and value.op.axis % value.type.rank == 1
        return stored and shuffled and len(self.consumers[value]) == 1 and weights.type.shape[1:3] != (1, 1)

    def _reads_pixels(self, value: Value, node: Node) -> bool:
        """A convolution of few channels reads them where they lie side by side, pixel by pixel (NHWC)."""
        weights = node.inputs[1]
        if not isinstance(node.op, ops.Convolution) or weights is None or weights.constant is None:
            return False
        shape, source = value.type.shape, value.node.inputs[0]
        sizes = [d for d in shape[1:] if isinstance(d, int)]
        if len(shape) not in (3, 4) or len(sizes) + 1 < len(shape) or sizes[0] > FEW_CHANNELS:
            return False
        stored = source is not None and source not in self.inlined and len(self.consumers[value]) == 1
        return stored and is_channels_first(value.node) and value.type.dtype is DType.f32

    def _read_in_place(self, value: Value) -> bool:
        """Whether only matrix products read what a movement makes, and can as well read its source."""
        if rule_of(value.node).kind != "move" or not all(is_product(user) for user in self.consumers[value]):
            return False
        region = self._region(value)
        inside = set(region.nodes)
        leaves = {v for n in region.nodes for _, v in runtime_inputs(n) if v.node not in inside and v.constant is None}
        if len(leaves) != 1 or region.anchor is not None:
            return False
        return is_strided(compose(region, {v: Buffer("x", v.type.dtype, v.type.shape) for v in leaves}))

    def _stored_in_vectors(self, value: Value, node: Node) -> bool:
        """Whether a matrix product can store its rows where a movement behind it puts them."""
        anchor = self.anchor[value]
        if anchor is None or not isinstance(anchor.op, ops.MatMul) or not isinstance(node.op, MOVEMENTS):
            return False
        (product,), shape = anchor.outputs, anchor.types[0].shape
        index = tuple(0 if d == 1 else output_variable(k).within(0, d - 1) for k, d in enumerate(shape))
        place = moved_index(node, destination(self._region(value), product, index))
        offset = Buffer("y", DType.f32, node.types[0].shape).offset(place)
        return bool(shape) and stride_of(offset, output_variable(len(shape) - 1)) == 1

    def _cheap_move(self, value: Value, users: tuple[Node, ...]) -> bool:
        return (
            self.size[value] <= 2
            and len(users) <= 4
            and all(not c.op.bodies and rule_of(c).kind != "reduce" for c in users if not isinstance(c.op, BOUNDARY))
        )

    def _region(self, root: Value) -> Region:
        nodes: set[Node] = set()
        pending = [root.node]
        while pending:
            node = pending.pop()
            if node in nodes:
                continue
            nodes.add(node)
            pending += [v.node for _, v in runtime_inputs(node) if v in self.inlined]
        return Region(tuple(sorted(nodes, key=lambda n: self.position[n])), root, self.anchor[root])


def _consumers(graph: Graph) -> dict[Value, tuple[Node, ...]]:
    """Who reads each value at run time (each consumer once)."""
    found: dict[Value, dict[Node, None]] = {}
    for node in graph.order():
        if isinstance(node.op, ops.Parameter | ops.Constant):
            continue
        for _, value in runtime_inputs(node):
            found.setdefault(value, {})[node] = None
    return {value: tuple(nodes) for value, nodes in found.items()}
