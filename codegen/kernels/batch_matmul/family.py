"""Batched matmul: products of two computed matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from dldt.codegen.kernels.batch_matmul.emit import emit_product
from dldt.codegen.kernels.batch_matmul.operand import HALVES, is_strided, operand
from dldt.codegen.kernels.batch_matmul.problem import Matrix, Product, ProductTile
from dldt.codegen.kernels.batch_matmul.row import product_row
from dldt.codegen.kernels.batch_matmul.tiles import choose_product_tile
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.rows_written import writes_rows
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Index, Load, Nest, walk
from dldt.codegen.loop.lower.access import Access, read
from dldt.codegen.loop.schedule import nest_symbols, run_time_dims
from dldt.codegen.loop.variables import BLOCK, COLUMN, DEPTH, LANE, LINE, ROW
from dldt.codegen.target import Target
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.region import Region, compose, destination, is_product, rule_of, runtime_inputs
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import Dim, Symbol, product, symbols
from dldt.compiler.graph import Node, Value
from dldt.compiler.substitute import substitute
from dldt.compiler.types import Array, DType


@attrs.frozen
class ProductPart:
    """A batched matmul and the buffers of its operands."""

    problem: Product
    operands: tuple[Buffer, Buffer]


class BatchMatMulFamily(Family):
    """Sums one register tile, rows by vectors of columns, over the inner dim at a time. Both matrices are read from
    memory, perhaps through movements."""

    name = "batch_matmul"
    rows = True
    exact = True
    records: tuple[type, ...] = (ProductTile,)

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return is_product(node)

    def reads_through(self, value: Value, node: Node, fusion: Fusion) -> bool:
        """Whether only batched matmuls read the result of a movement, and they can read the movement's source instead.
        So it is with the second matrix if it is stored in half precision and converted to f32."""
        widens = _widens(value.node)
        if not widens and rule_of(value.node).kind != "move":
            return False
        users = fusion.readers(value)
        if not all(is_product(user) and not (widens and value == user.inputs[0]) for user in users):
            return False
        region = fusion.region(value)
        inside = set(region.nodes)
        read = {v for n in region.nodes for _, v in runtime_inputs(n) if v.node not in inside}
        if len([v for v in read if v.constant is None]) != 1 or region.anchor is not None:
            return False
        if widens and any(rule_of(node).kind != "move" and not _widens(node) for node in region.nodes):
            return False
        return is_strided(compose(region, {v: Buffer("x", v.type.dtype, v.type.shape) for v in read}))

    def writes_through(self, value: Value, move: Node, fusion: Fusion) -> bool:
        """See Family."""
        return writes_rows(value, move, fusion)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        region = task.region
        if region is None or region.anchor is None or not is_product(region.anchor):
            return None
        found = _problem(region, region.anchor, operands_of(task).buffers, on.target)
        if found is None or choose_product_tile(found[0], on.target) is None:
            return None
        return [ProductPart(*found)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        tile = choose_product_tile(part.problem, on.target)
        return (
            None
            if tile is None
            else Estimate(0.0, Implementation(self.name, tile.name, tile, arithmetic=tile.arithmetic))
        )

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, tile, region = chosen.part, chosen.implementation.tile, task.region
        assert isinstance(part, ProductPart)
        assert isinstance(tile, ProductTile)
        assert region is not None
        assert region.anchor is not None
        problem, operands = part.problem, operands_of(task)
        nest = _epilogue(region, region.anchor, problem, tile, operands.output, operands.buffers)
        used = list(dict.fromkeys([*part.operands, *(e.buffer for e in walk(nest.value) if isinstance(e, Load))]))
        names = tuple(sorted(nest_symbols(nest) | _symbols(problem), key=str))
        macs = product(problem.batch) * problem.rows * problem.columns * problem.depth
        arguments = (problem, tile, nest, part.operands, (*used, operands.output), names)
        kernel = Kernel(
            what=region.name,
            implementation=chosen.implementation,
            emit=Emission(emit_product, arguments, operands.alias(used)),
            operands=operands.of(used),
            symbols=names,
            extent=product(problem.batch) * tile.panels(problem) * tile.strips(problem),
            work=macs // 4,
            flops=2 * macs,
            nest=nest,
            scratch=tile.scratch(problem),
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """a [batch.., rows, depth] · b [batch.., depth, columns] in double precision."""
        a, b = (x.astype(np.float64) for x in operands)
        return np.asarray(a @ b)


def _problem(
    region: Region, anchor: Node, buffers: Mapping[Value, Buffer], target: Target
) -> tuple[Product, tuple[Buffer, Buffer]] | None:
    """The batched matmul and the buffers of its operands; None where an operand cannot be read in place, a dim is 0, or
    the target cannot multiply such integers."""
    op = anchor.op
    assert isinstance(op, ops.MatMul)
    operands = [v for v in anchor.inputs if v is not None]
    if any(v.node not in region.nodes and v not in buffers for v in operands):
        return None  # a constant of one element is in no memory
    x, y = (_access(region, v, buffers) for v in operands)
    swap_x, swap_y = op.transpose_a and x.type.rank > 1, op.transpose_b and y.type.rank > 1
    depth = x.type.shape[-2 if swap_x else -1]
    rows = x.type.shape[-1 if swap_x else -2] if x.type.rank > 1 else 1
    columns = y.type.shape[-2 if swap_y else -1] if y.type.rank > 1 else 1
    shape = anchor.types[0].shape
    batch = shape[: len(shape) - (x.type.rank > 1) - (y.type.rank > 1)]
    row = product_row(op, (x.dtype, y.dtype), target)
    if 0 in (*batch, rows, columns, depth) or row is None:
        return None
    nothing = Matrix(0, 0, 0)
    problem = Product(batch, rows, columns, depth, nothing, nothing, row)
    line, inner = (0 if rows == 1 else LINE.within(0, rows - 1)), DEPTH.within(0, depth - 1)
    left = operand(x, _index(x, problem, (inner, line) if swap_x else (line, inner)))
    line = 0 if columns == 1 else LINE.within(0, columns - 1)
    right = operand(y, _index(y, problem, (line, inner) if swap_y else (inner, line)))
    if left is None or right is None:
        return None
    stored = (left[0].dtype, right[0].dtype)
    return attrs.evolve(problem, a=left[1], b=right[1], stored=stored), (left[0], right[0])


def _widens(node: Node) -> bool:
    """Whether the node converts half precision to f32."""
    source = node.inputs[0] if isinstance(node.op, ops.Convert) else None
    return source is not None and source.type.dtype in HALVES and node.types[0].dtype is DType.f32


def _access(region: Region, value: Value, buffers: Mapping[Value, Buffer]) -> Access:
    """An operand as a function of its index, seen through the region's movements that precede the product."""
    if value.node not in region.nodes:
        return read(buffers[value])
    inside, pending = {value.node}, [value.node]
    while pending:
        for v in pending.pop().inputs:
            if v is not None and v.node in region.nodes and v.node not in inside:
                inside.add(v.node)
                pending.append(v.node)
    return compose(Region(tuple(n for n in region.nodes if n in inside), value, None), buffers)


def _index(x: Access, problem: Product, matrix: tuple[Dim, Dim]) -> Index:
    """The operand's index: the batch index after broadcasting, then row and column (a vector has only one dim)."""
    outer = x.type.shape[:-2]
    tail = problem.batch_index[len(problem.batch) - len(outer) :] if outer else ()
    own = tuple(0 if dim == 1 else i for dim, i in zip(outer, tail, strict=True))
    return (*own, *matrix) if x.type.rank > 1 else (next(d for d in matrix if d != 0 and DEPTH in symbols(d)),)


def _epilogue(
    region: Region,
    anchor: Node,
    problem: Product,
    tile: ProductTile,
    output: Buffer,
    buffers: Mapping[Value, Buffer],
) -> Nest:
    """What is stored for the sum at (batch, row, column)."""
    (value,) = anchor.outputs
    x, y = anchor.inputs
    assert x is not None
    assert y is not None
    index: list[Dim] = list(problem.batch_index)
    if x.type.rank > 1:
        index.append(0 if problem.rows == 1 else ROW.within(0, problem.rows - 1))
    if y.type.rank > 1:
        index.append(COLUMN.within(0, problem.columns - 1))
    where = destination(region, value, tuple(index))
    # The last vector reaches past the last column. Those lanes are masked, so indices are written without regard to
    # them.
    own = BLOCK.within(0) * tile.lanes + LANE.within(0, tile.lanes - 1)
    where = tuple(substitute(dim, {COLUMN: own}) for dim in where)
    return Nest((), output, where, compose(region, buffers, accumulated=value)(where))


def _symbols(problem: Product) -> set[Symbol]:
    dims = [*problem.batch, problem.rows, problem.columns, problem.depth]
    for matrix in (problem.a, problem.b):
        dims += [matrix.origin, matrix.line, matrix.depth]
    return run_time_dims(dims)
