"""A batched matmul as one LLVM function. A unit of work is a strip: some rows of one column tile."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.batch_matmul.pack_columns import PackColumns
from dldt.codegen.kernels.batch_matmul.problem import Matrix, Product, ProductTile
from dldt.codegen.kernels.batch_matmul.tile_emitter import ColumnPointers, ProductTileEmitter, RowPointers
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir
from dldt.codegen.llvm.nest import parameters, store_at
from dldt.codegen.llvm.primitive import to_memory
from dldt.codegen.llvm.scope import Lanes, Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Nest, steady_loads
from dldt.codegen.loop.variables import BLOCK, LANE, ROW, batch_variable
from dldt.compiler.dims import Dim, Symbol, product


def emit_product(
    b: Builder,
    name: str,
    problem: Product,
    tile: ProductTile,
    nest: Nest,
    operands: tuple[Buffer, Buffer],
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, [scratch], symbols…, lo, hi)``. ``nest`` says what is stored for the sum at the
    batch variables, row ``ROW`` and column ``BLOCK * lanes + LANE``. ``operands`` are the buffers of a and b. The range
    runs over batch × column tiles × strips."""
    listed = parameters(buffers, symbols, written=buffers[-1], alias=alias)
    count = len(buffers)
    own = [("ptr noalias", "scratch")] if tile.packed else []
    with b.function(name, [*listed[:count], *own, *listed[count:]]) as arguments:
        pointers = dict(zip(buffers, arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[count + len(own) :], strict=False)))
        emitter = ExpressionEmitter(b, pointers, tile.lanes)
        scratch = arguments[count] if tile.packed else None
        _ProductWriter(b, problem, tile, nest, operands, emitter, scope, scratch).run(*arguments[-2:])


@attrs.frozen
class _ProductPanel:
    """A column tile: its first vector, the number of columns from there to the end, and its number of vectors."""

    block: Ir
    left: Ir | int
    vectors: int
    y: ColumnPointers


@attrs.frozen
class _ProductWriter:
    b: Builder
    problem: Product
    tile: ProductTile
    nest: Nest
    operands: tuple[Buffer, Buffer]
    emitter: ExpressionEmitter
    scope: Scope
    scratch: Ir | None

    def run(self, lower: Ir, upper: Ir) -> None:
        """Emit all units of the range. The columns are packed where a new column tile begins."""
        b, problem, tile = self.b, self.problem, self.tile
        with b.loop(lower, upper, 1, [b.index(-1)], "unit") as loop:
            panel_number, strip = self.emitter.divide(loop.index, tile.strips(problem), self.scope)
            batch, panel = self.emitter.divide(panel_number, tile.panels(problem), self.scope)
            scope = self.scope.inner()
            self._bind_batch(batch, scope)
            fresh = b.compare("ne", panel_number, loop.carried[0])
            self._unit(panel, strip, fresh, scope)
            loop.yields = [panel_number]

    def _bind_batch(self, position: Ir, scope: Scope) -> None:
        """Set the batch variables from the flat position."""
        shape = self.problem.batch
        for k in reversed(range(len(shape))):
            outer = product(shape[:k])
            if shape[k] == 1:
                continue
            if outer == 1:
                scope.symbols[batch_variable(k)] = position
                return
            position, scope.symbols[batch_variable(k)] = self.emitter.divide(position, shape[k], self.scope)

    def _unit(self, panel: Ir, strip: Ir, fresh: Ir, scope: Scope) -> None:
        """Emit a strip of one column tile. The last column tile may have fewer vectors than the others."""
        b, tile, columns = self.b, self.tile, self.problem.columns
        panels = tile.panels(self.problem)
        last = tile.columns
        if isinstance(columns, int):
            last = -(-columns // tile.lanes) - (int(panels) - 1) * tile.columns
        if last == tile.columns or panels == 1:
            self._panel(panel, strip, fresh, scope, last, at_end=True)
            return
        narrow = b.compare("eq", panel, b.index(int(panels) - 1))
        with b.when(b.binary("xor", narrow, b.const("i1", 1))):
            self._panel(panel, strip, fresh, scope.inner(), tile.columns, at_end=False)
        with b.when(narrow):
            self._panel(panel, strip, fresh, scope.inner(), last, at_end=True)

    def _panel(self, panel: Ir, strip: Ir, fresh: Ir, scope: Scope, vectors: int, *, at_end: bool) -> None:
        """Emit a strip of a column tile of ``vectors``. ``at_end``: the tile may reach past the last column."""
        b, tile, problem = self.b, self.tile, self.problem
        first = b.mul(panel, b.index(tile.width))
        count = self.emitter.dim(problem.columns, scope)
        whole = isinstance(problem.columns, int) and (not at_end or problem.columns % tile.lanes == 0)
        left = None if whole else b.sub(count, first)
        masks = tuple(self._tail(left, v, vectors) for v in range(vectors))
        a, y = self.operands
        rows = RowPointers(self._origin(a, problem.a.origin, scope), *self._bytes(a, problem.a, scope))
        source = self._origin(y, problem.b.origin, scope)
        line, depth = self._bytes(y, problem.b, scope)
        start = self._further(source, line, first)
        readable = tuple(None for _ in masks) if y.over_readable and isinstance(problem.columns, int) else masks
        if self.scratch is None:
            columns = ColumnPointers(start, depth, readable)
        else:
            assert isinstance(problem.depth, int)
            with b.when(fresh):
                pack = PackColumns(b, tile.arithmetic, tile.lanes, problem.depth, self.scratch, problem.stored[1])
                if problem.b.line == 1:
                    pack.copy(ColumnPointers(start, depth, readable))
                else:
                    pack.transpose(start, line, vectors, left, over_readable=y.over_readable)
            step = tile.arithmetic.vector_size(vectors * tile.lanes)
            columns = ColumnPointers(self.scratch, step, tuple(None for _ in masks))
        self._rows(rows, columns, strip, b.mul(panel, b.index(tile.columns)), masks, scope)

    def _tail(self, left: Ir | None, position: int, vectors: int) -> Ir | None:
        """The lanes of one of the tile's vectors that are columns of the matrix; None: all lanes."""
        b, lanes = self.b, self.tile.lanes
        known = isinstance(self.problem.columns, int)
        if left is None or (known and position + 1 < vectors):
            return None
        return b.compare("lt", b.iota("i64", lanes), b.splat(b.sub(left, b.index(position * lanes)), lanes))

    def _origin(self, buffer: Buffer, offset: Dim, scope: Scope) -> Ir:
        unit = LLVM_TYPES[buffer.dtype]
        return self.b.gep(self.emitter.pointers[buffer], self.emitter.dim(offset, scope), unit)

    def _bytes(self, buffer: Buffer, matrix: Matrix, scope: Scope) -> tuple[int | Ir, int | Ir]:
        """The strides of a matrix in bytes: along lines and along the inner dim."""
        line, depth = (buffer.dtype.size * stride for stride in (matrix.line, matrix.depth))
        return self._size(line, scope), self._size(depth, scope)

    def _size(self, stride: Dim, scope: Scope) -> int | Ir:
        return stride if isinstance(stride, int) else self.emitter.dim(stride, scope)

    def _further(self, pointer: Ir, stride: int | Ir, count: Ir) -> Ir:
        b = self.b
        offset = b.mul(count, b.index(stride) if isinstance(stride, int) else stride)
        return b.emit("ptr", f"getelementptr i8, {pointer}, {offset}")

    def _rows(
        self, x: RowPointers, y: ColumnPointers, strip: Ir, block: Ir, masks: tuple[Ir | None, ...], scope: Scope
    ) -> None:
        """The strip's rows: whole register tiles, then a smaller tile for the rest (single rows where the count is
        free)."""
        b, tile = self.b, self.tile
        total = self.problem.rows
        first = b.mul(strip, b.index(tile.strip))
        if isinstance(total, int) and total <= tile.rows:
            self._tile(x, y, b.index(0), total, block, masks, scope)
            return
        count = self.emitter.dim(total, scope)
        end = b.intrinsic("llvm.smin", "i64", b.add(first, b.index(tile.strip)), count)
        if isinstance(total, int):
            whole, rest = b.index(total // tile.rows * tile.rows), total % tile.rows
        else:
            whole, rest = b.mul(self.emitter.dim(total // tile.rows, scope), b.index(tile.rows)), 1
        with b.loop(first, b.intrinsic("llvm.smin", "i64", end, whole), tile.rows, stem="rows") as loop:
            self._tile(x, y, loop.index, tile.rows, block, masks, scope.inner())
        if rest:
            low = b.intrinsic("llvm.smax", "i64", first, whole)
            with b.loop(low, end, rest, stem="rest") as loop:
                self._tile(x, y, loop.index, rest, block, masks, scope.inner())

    def _tile(
        self,
        x: RowPointers,
        y: ColumnPointers,
        row: Ir,
        rows: int,
        block: Ir,
        masks: tuple[Ir | None, ...],
        scope: Scope,
    ) -> None:
        depth = self.problem.depth
        steps = depth if isinstance(depth, int) else self.emitter.dim(depth, scope)
        place = attrs.evolve(x, pointer=self._further(x.pointer, x.line, row))
        stored = self.problem.stored
        if self.tile.packed:
            stored = (stored[0], self.tile.arithmetic.weights)
        micro = ProductTileEmitter(self.b, self.tile.arithmetic, self.tile.lanes, self.tile.chunk, stored)
        sums = micro.accumulate(place, y, rows, steps)
        for c, mask in enumerate(masks):
            self._finish([line[c] for line in sums], row, self._plus(block, c), mask, scope)

    def _plus(self, a: Ir, number: int) -> Ir:
        return self.b.add(a, self.b.index(number)) if number else a

    def _finish(self, sums: list[Ir], row: Ir, block: Ir, tail: Ir | None, scope: Scope) -> None:
        """The epilogue of one column of vectors: all values are computed first, then all are stored."""
        b, nest = self.b, self.nest
        shared = scope.inner(lanes=Lanes(LANE, self.tile.lanes, b.index(0)), tail=tail)
        shared.symbols[BLOCK] = block
        for load in steady_loads(nest.value, {ROW}):
            self.emitter.emit(load, shared)
        values: list[tuple[Ir, Scope]] = []
        for r, total in enumerate(sums):
            here = shared.inner(accumulator=total)
            here.symbols[ROW] = self._plus(row, r)
            values.append((to_memory(b, self.emitter.emit(nest.value, here), nest.buffer), here))
        for value, here in values:
            store_at(b, self.emitter, nest.buffer, nest.buffer.offset(nest.index), value, here)
