"""Products of two computed matrices by a micro-kernel: from a task to a kernel."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dldt.codegen.kernels.batch_matmul.emit import emit_product
from dldt.codegen.kernels.batch_matmul.operand import operand
from dldt.codegen.kernels.batch_matmul.problem import Matrix, Product, ProductTile
from dldt.codegen.kernels.batch_matmul.tiles import choose_product_tile
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.kernel import Kernel, name_buffers
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Index, Load, Nest, walk
from dldt.codegen.loop.lower.access import Access, read
from dldt.codegen.loop.schedule import nest_symbols, run_time_dims
from dldt.codegen.loop.variables import BLOCK, COLUMN, DEPTH, LANE, LINE, ROW
from dldt.codegen.target import Target
from dldt.codegen.task.region import Region, compose, destination, is_product
from dldt.codegen.task.task import Compute
from dldt.compiler import ops
from dldt.compiler.dims import Dim, Symbol, product, substitute, symbols
from dldt.compiler.graph import Node, Value


def product_kernels(task: Compute, target: Target) -> list[Kernel] | None:
    """The one kernel of a region anchored by a matrix product of computed operands; None where loops must do it."""
    anchor = task.region.anchor
    if anchor is None or not is_product(anchor):
        return None
    buffers, tensors = name_buffers(task)
    found = _problem(task.region, anchor, buffers)
    if found is None:
        return None
    problem, operands = found
    tile = choose_product_tile(problem, target)
    if tile is None:
        return None
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    nest = _epilogue(task.region, anchor, problem, tile, output, buffers)
    used = list(dict.fromkeys([*operands, *(e.buffer for e in walk(nest.value) if isinstance(e, Load))]))
    tensors_used = [tensors[buffer] for buffer in used]
    bases = [t.base for t in (*tensors_used, task.output)]
    alias = len(set(bases)) != len(bases)
    extent = product(problem.batch) * tile.panels(problem) * tile.strips(problem)
    names = tuple(sorted(nest_symbols(nest) | _symbols(problem), key=str))
    macs = product(problem.batch) * problem.rows * problem.columns * problem.depth

    kernel = Kernel(
        what=task.region.name,
        emit=Emission(emit_product, (problem, tile, nest, operands, (*used, output), names), alias),
        operands=(*tensors_used, task.output),
        symbols=names,
        extent=extent,
        work=macs // 4,
        flops=2 * macs if isinstance(macs, int) else 0,
        nest=nest,
        schedule=f"{tile.name} {problem}",
        algorithm=tile.name,
        scratch=tile.scratch(problem),
    )
    return [kernel]


def _problem(
    region: Region, anchor: Node, buffers: Mapping[Value, Buffer]
) -> tuple[Product, tuple[Buffer, Buffer]] | None:
    """The product and the buffers of its operands; None where one cannot be read in place, or a dim is 0."""
    op = anchor.op
    assert isinstance(op, ops.MatMul)
    x, y = (_access(region, v, buffers) for v in anchor.inputs if v is not None)
    swap_x, swap_y = op.transpose_a and x.type.rank > 1, op.transpose_b and y.type.rank > 1
    depth = x.type.shape[-2 if swap_x else -1]
    rows = x.type.shape[-1 if swap_x else -2] if x.type.rank > 1 else 1
    columns = y.type.shape[-2 if swap_y else -1] if y.type.rank > 1 else 1
    shape = anchor.types[0].shape
    batch = shape[: len(shape) - (x.type.rank > 1) - (y.type.rank > 1)]
    if 0 in (*batch, rows, columns, depth):
        return None
    nothing = Matrix(0, 0, 0)
    problem = Product(batch, rows, columns, depth, nothing, nothing)
    line, inner = (0 if rows == 1 else LINE.within(0, rows - 1)), DEPTH.within(0, depth - 1)
    left = operand(x, _index(x, problem, (inner, line) if swap_x else (line, inner)))
    line = 0 if columns == 1 else LINE.within(0, columns - 1)
    right = operand(y, _index(y, problem, (line, inner) if swap_y else (inner, line)))
    if left is None or right is None:
        return None
    return attrs.evolve(problem, a=left[1], b=right[1]), (left[0], right[0])


def _access(region: Region, value: Value, buffers: Mapping[Value, Buffer]) -> Access:
    """An operand as a function of its index, through the movements of the region that stand before it."""
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
    """The operand's index: what broadcasting picks of the batch, then its row and column (a vector has one dim)."""
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
    # Vectors reach past the last column, but what lies there is masked: indices are written as if they did not.
    own = BLOCK.within(0) * tile.lanes + LANE.within(0, tile.lanes - 1)
    where = tuple(substitute(dim, {COLUMN: own}) for dim in where)
    return Nest((), output, where, compose(region, buffers, accumulated=value)(where))


def _symbols(problem: Product) -> set[Symbol]:
    dims = [*problem.batch, problem.rows, problem.columns, problem.depth]
    for matrix in (problem.a, problem.b):
        dims += [matrix.origin, matrix.line, matrix.depth]
    return run_time_dims(dims)
