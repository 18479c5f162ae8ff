"""A region: operations that become one task, and how its root is computed from what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.integer_contraction import IntegerMatMul
from dldt.codegen.loop.ir import Accumulator, Expr, Index, Load
from dldt.codegen.loop.lower.access import RULES, Access, Rule, cast, number
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.reshape import MOVEMENTS, moved
from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node, Value
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType


@attrs.frozen
class Region:
    """``nodes`` in order; ``root`` is the value that is stored; ``anchor`` its reduction or contraction, if any."""

    nodes: tuple[Node, ...]
    root: Value
    anchor: Node | None

    @property
    def name(self) -> str:
        """The types of its operations, for people."""
        return "+".join(node.op.type for node in self.nodes)


def rule_of(node: Node) -> Rule:
    """The lowering rule of a node. Raises UnsupportedError where there is none."""
    rule = RULES.get(type(node.op))
    if rule is None:
        raise UnsupportedError(f"no native code for operation {node.op.type} (node {shown(node.name)})")
    return rule


def stays_node(node: Node) -> bool:
    """Whether no region takes the node in: it holds bodies, or reads or writes a variable."""
    return bool(node.op.bodies) or node.op.has(Trait.STATEFUL)


def runtime_inputs(node: Node) -> list[tuple[int, Value]]:
    """The inputs that are read at run time, each with its port."""
    if node.op.has(Trait.BOUNDARY) or stays_node(node):
        return [(port, v) for port, v in enumerate(node.inputs) if v is not None]
    reads = rule_of(node).reads
    return [(p, v) for p, v in enumerate(node.inputs) if v is not None and (reads is None or p in reads)]


def is_channels_first(node: Node) -> bool:
    """Whether the node transposes NHWC images to NCHW."""
    order = node.inputs[1] if isinstance(node.op, ops.Transpose) else None
    if order is None or order.constant is None:
        return False
    rank = node.types[0].rank
    return bool(order.constant.tolist() == [0, rank - 1, *range(1, rank - 1)])


def is_product(node: Node) -> bool:
    """Whether the node is a batched matmul: a product of two matrices, neither of which is packed at compile time."""
    weights = node.inputs[1] if isinstance(node.op, ops.MatMul) else None
    if weights is None or (weights.constant is not None and weights.type.rank <= 2):
        return False
    return isinstance(node.op, IntegerMatMul) or node.types[0].dtype in (DType.f32, DType.f64)


def destination(region: Region, value: Value, index: Index) -> Index:
    """The index into the region's root where the element at ``index`` of ``value``, its anchor's result, ends up. Only
    element-wise operations and ``MOVEMENTS`` follow an anchor."""
    while value != region.root:
        node = next(n for n in region.nodes if value in n.inputs)
        index = moved_index(node, index) if isinstance(node.op, MOVEMENTS) else index
        value = node.outputs[0]
    return index


def moved_index(node: Node, index: Index) -> Index:
    """The index to which a movement takes the element at ``index`` of its input."""
    return moved(node.op, node.types, index, *(_argument(v, {}, (), {}) for v in node.inputs if v is not None))


def compose(region: Region, buffers: Mapping[Value, Buffer], accumulated: Value | None = None) -> Access:
    """The root as a function of its index. ``accumulated`` is the value that a micro-kernel sums; it is a leaf of the
    result."""
    known: dict[Value, Access] = {}
    fresh = Fresh()
    inside = set(region.nodes)
    read = {region.root, *(value for node in region.nodes for value in node.inputs)}
    for node in region.nodes:
        arguments = [None if v is None else _argument(v, known, inside, buffers) for v in node.inputs]
        if accumulated is not None and node == accumulated.node:
            dtype = accumulated.type.dtype
            known[accumulated] = Access(accumulated.type, _accumulator(Accumulator(dtype)))
            continue
        lowered = rule_of(node).lower(node.op, node.types, *arguments, fresh=fresh)
        results = lowered if isinstance(lowered, tuple) else (lowered,)
        known.update({v: _memoised(a) for v, a in zip(node.outputs, results, strict=False) if v in read})
    return known[region.root]


def _argument(
    value: Value, known: Mapping[Value, Access], inside: Iterable[Node], buffers: Mapping[Value, Buffer]
) -> Access:
    if value in known:
        return known[value]
    array, buffer = value.constant, buffers.get(value)
    if array is not None and array.size == 1 and buffer is None:
        scalar = number(value.type.dtype, array.reshape(()).item())
        return Access(value.type, lambda index: scalar, array)
    if buffer is None:
        return Access(value.type, _unreadable(value), array)
    dtype = value.type.dtype
    return Access(value.type, lambda index: cast(Load(buffer, tuple(index)), dtype), array)


def _unreadable(value: Value) -> Callable[[Index], Expr]:
    def element(index: Index) -> Expr:
        raise UnsupportedError(
            f"the content of {shown(value.name)} ({value.type}) must be known at compile time; fix the model's free "
            f'dimensions, e.g. --input "x[1,3,224,224]"'
        )

    return element


def _accumulator(leaf: Accumulator) -> Callable[[Index], Expr]:
    return lambda index: leaf


def _memoised(access: Access) -> Access:
    """The access, with one expression object for equal indices, so that shared parts stay shared."""
    table: dict[Index, Expr] = {}

    def element(index: Index) -> Expr:
        made = table.get(index)
        if made is None:
            made = table[index] = access.element(index)
        return made

    return attrs.evolve(access, element=element)
