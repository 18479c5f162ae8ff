"""A convolution by Winograd's minimal filtering as one LLVM function. Tiles are transformed into scratch memory,
multiplied tap by tap with the register-tile micro-kernel, transformed back, and finished by the epilogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from dldt.codegen.kernels.convolution.emit import Epilogue
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Segment
from dldt.codegen.kernels.convolution.tile_emitter import Place2D, TileEmitter
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, element, vector
from dldt.codegen.llvm.nest import parameters, reads_whole_vectors, store_at
from dldt.codegen.llvm.primitive import to_memory
from dldt.codegen.llvm.scope import Lanes, Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import steady_loads
from dldt.codegen.loop.variables import BLOCK, IMAGE, LANE, PIXEL, ROW
from dldt.compiler.dims import Dim, Symbol


def emit_winograd(
    b: Builder,
    name: str,
    problem: Problem,
    plan: WinogradPlan,
    epilogue: Epilogue,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(input, operands…, output, weights, scratch, symbols…, lo, hi)``; the range is the plan's.
    Input and output lie in channel blocks of the plan's lanes."""
    rows = parameters(buffers, symbols, written=buffers[-1], alias=alias)
    weights = ("ptr readonly" if alias else "ptr noalias readonly", "weights")
    signature = [*rows[: len(buffers)], weights, ("ptr noalias", "scratch"), *rows[len(buffers) :]]
    with b.function(name, signature) as arguments:
        count = len(buffers)
        pointers = dict(zip(buffers, arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[count + 2 :], strict=False)))
        emitter = ExpressionEmitter(b, pointers, plan.tile.lanes)
        areas = _WinogradAreas(arguments[0], arguments[count], arguments[count + 1])
        _WinogradWriter(b, problem, plan, epilogue, emitter, scope, areas).run(*arguments[-2:])


@attrs.frozen
class _WinogradAreas:
    """The base pointers."""

    x: Ir
    packed: Ir
    scratch: Ir


@attrs.frozen
class _Block:
    """A block of tiles: the number of its first tile, counted over all images, and how many tiles it has."""

    first: Ir
    count: Ir


class _Prefetching(TileEmitter):
    """A tile emitter with software prefetch: each step brings a part of the next tap's filters into the second-level
    cache. The filters are one stream, and the next tap's are ``distance`` elements ahead. Each of ``strips`` strips of
    tiles prefetches its share."""

    def __init__(
        self,
        b: Builder,
        problem: Problem,
        tile: RegisterTile,
        x: Ir,
        weights: Ir,
        distance: int,
        strip: Ir,
        strips: int,
        *,
        half: bool,
    ) -> None:
        super().__init__(b, problem, tile, x, weights, half=half)
        self.distance, self.strip, self.strips = self.arithmetic.weights.size * distance, strip, strips

    def _taps(self, source: Ir, weights: Ir, flat: list[Ir], chunk: int, segment: Segment, columns: int) -> list[Ir]:
        b = self.b
        share = -(-chunk * columns * self.vector_size // (64 * self.strips))
        first = b.add(b.mul(self.strip, b.index(64 * share)), b.index(self.distance))
        for k in range(share):
            at = b.emit("ptr", f"getelementptr i8, {weights}, {b.add(first, b.index(64 * k))}")
            b.declare("llvm.prefetch.p0", "declare void @llvm.prefetch.p0(ptr, i32 immarg, i32 immarg, i32 immarg)")
            b.line(f"call void @llvm.prefetch.p0({at}, i32 0, i32 2, i32 1)")
        return super()._taps(source, weights, flat, chunk, segment, columns)


class _WinogradWriter:
    def __init__(
        self,
        b: Builder,
        problem: Problem,
        plan: WinogradPlan,
        epilogue: Epilogue,
        emitter: ExpressionEmitter,
        scope: Scope,
        areas: _WinogradAreas,
    ) -> None:
        self.b = b
        self.problem = problem
        self.plan = plan
        self.form = plan.form
        self.epilogue = epilogue
        self.emitter = emitter
        self.scope = scope
        self.lanes = plan.tile.lanes
        self.arithmetic = plan.form.arithmetic
        self.kind = self.arithmetic.data_type(self.lanes)
        self.size = self.arithmetic.data.size * self.lanes
        self.raw = vector(LLVM_TYPES[problem.source.dtype], self.lanes)
        self.aligned = problem.source.dtype.size * self.lanes
        # Channels that fill no block are read with a mask: memory after the last pixel may not be readable.
        self.some = problem.inputs if not problem.source.block else 0
        if self.some:
            self.aligned = problem.source.dtype.size
        self.x, self.packed, self.scratch = areas.x, areas.packed, areas.scratch

    def run(self, lower: Ir, upper: Ir) -> None:
        """Emit one column tile at a time. The inputs are transformed again where a new block of tiles begins."""
        b, panels = self.b, self.plan.tile.panels(self.problem)
        with b.loop(lower, upper, 1, [b.index(-1)], "panel") as loop:
            number, panel = self.emitter.divide(loop.index, panels, self.scope)
            block = self._block(number)
            with b.when(b.compare("ne", number, loop.carried[0])):
                self._transform_inputs(block)
            if not self.plan.fused:
                self._products(block, panel)
            self._finish(block, panel)
            loop.yields = [number]

    def _block(self, number: Ir) -> _Block:
        b, problem = self.b, self.problem
        rows, columns = self.plan.tiles(problem)
        first = b.mul(number, b.index(self.plan.block))
        left = b.sub(self.emitter.dim(problem.batch * (rows * columns), self.scope), first)
        return _Block(first, self._least(left, b.index(self.plan.block)))

    def _least(self, a: Ir, c: Ir) -> Ir:
        return self.b.intrinsic("llvm.smin", "i64", a, c)

    def _at(self, pointer: Ir, *offsets: Ir) -> Ir:
        """``pointer`` plus offsets in elements. It may point outside the array as long as nothing is read there."""
        return self._moved(pointer, element(self.kind), offsets)

    def _moved(self, pointer: Ir, unit: str, offsets: Sequence[Ir]) -> Ir:
        for offset in offsets:
            if offset.name != "0":
                pointer = self.b.emit("ptr", f"getelementptr {unit}, {pointer}, {offset}")
        return pointer

    def _area(self, which: int) -> Ir:
        """The base of the scratch array M or P."""
        return self._at(self.scratch, self.b.index(self.plan.areas(self.problem)[which]))

    def _load(self, pointer: Ir, vectors: int = 0) -> Ir:
        return self.b.load(self.kind, self._at(pointer, self.b.index(vectors * self.lanes)), self.size)

    def _store(self, value: Ir, pointer: Ir, vectors: int = 0) -> None:
        self.b.store(value, self._at(pointer, self.b.index(vectors * self.lanes)), self.size)

    def _corner(self, block: _Block, index: Ir) -> tuple[Ir, Ir, Ir]:
        """The image, and the first output row and pixel, of a tile of the block."""
        b, (down, across) = self.b, (self.b.index(m) for m in self.form.outputs)
        rows, columns = self.plan.tiles(self.problem)
        number, image = b.add(block.first, index), b.index(0)
        if self.problem.batch != 1:
            image, number = self.emitter.divide(number, rows * columns, self.scope)
        row, column = self.emitter.divide(number, columns, self.scope)
        return image, b.mul(row, down), b.mul(column, across)

    # ---- inputs ---------------------------------------------------------------------------------------------------

    def _transform_inputs(self, block: _Block) -> None:
        """V = Bᵀ d B, a vector of input channels at a time."""
        b, problem, lanes = self.b, self.problem, self.lanes
        height, width = self.form.rows.size, self.form.columns.size
        source = problem.source
        with b.loop(b.index(0), block.count, 1, stem="tile") as loop:
            batch, row, pixel = self._corner(block, loop.index)
            image = self._input(self.x, b.add(b.mul(batch, self._size(source.batch)), self._size(source.start)))
            row, pixel = (
                b.sub(b.mul(at, b.index(stride)), self._size(pad))
                for at, stride, pad in zip((row, pixel), self.form.strides, problem.pads, strict=True)
            )
            corner = self._input(image, b.mul(row, self._size(source.row)), b.mul(pixel, b.index(source.pixel)))
            ranges = [*self._inside(row, problem.space[0], height), *self._inside(pixel, problem.space[1], width)]
            cut = [b.compare("gt", low, b.index(0)) for low in ranges[::2]]
            cut += [b.compare("lt", high, b.index(n)) for high, n in zip(ranges[1::2], (height, width), strict=True)]
            border = b.binary("or", b.binary("or", cut[0], cut[1]), b.binary("or", cut[2], cut[3]))
            patch = self._area(1)
            with b.when(border):
                for k in range(self.form.taps):
                    self._copy(b.const(self.raw, 0), self._input(patch, b.index(k * lanes)))
            stride = b.select(border, b.index(width * lanes), self._size(source.row))
            step = b.index(lanes) if source.pixel == lanes else b.select(border, b.index(lanes), b.index(source.pixel))
            with b.loop(b.index(0), b.index(-(-problem.inputs // lanes)), 1, stem="channels") as channels:
                place = self._input(corner, b.mul(channels.index, self._size(source.outer)))
                with b.when(border):
                    self._copy_inside(place, patch, ranges)
                tile = b.select(border, patch, place)
                within = b.add(b.mul(channels.index, b.index(self.plan.block)), loop.index)
                self._transform_tile(tile, stride, step, self._at(self.scratch, b.mul(within, b.index(lanes))))

    def _size(self, dim: Dim) -> Ir:
        return self.emitter.dim(dim, self.scope)

    def _inside(self, start: Ir, extent: Dim, size: int) -> tuple[Ir, Ir]:
        """The part of a tile of ``size`` from ``start`` on that lies inside the input, relative to ``start``."""
        b = self.b
        low = b.intrinsic("llvm.smax", "i64", b.sub(b.index(0), start), b.index(0))
        return low, self._least(b.sub(self._size(extent), start), b.index(size))

    def _copy_inside(self, place: Ir, patch: Ir, ranges: Sequence[Ir]) -> None:
        b, source, lanes = self.b, self.problem.source, self.lanes
        with b.loop(ranges[0], ranges[1], 1, stem="row") as rows:
            line = self._input(place, b.mul(rows.index, self._size(source.row)))
            copy = self._input(patch, b.mul(rows.index, b.index(self.form.columns.size * lanes)))
            with b.loop(ranges[2], ranges[3], 1, stem="pixel") as pixels:
                offset = b.mul(pixels.index, b.index(lanes))
                start = b.mul(pixels.index, b.index(self.problem.source.pixel))
                self._copy(self._channels(self._input(line, start)), self._input(copy, offset))

    def _input(self, pointer: Ir, *offsets: Ir) -> Ir:
        """``pointer`` plus offsets in elements of the input; otherwise like ``_at``."""
        return self._moved(pointer, element(self.raw), offsets)

    def _copy(self, value: Ir, pointer: Ir) -> None:
        """Copy elements of the input without converting them."""
        self.b.store(value, pointer, self.aligned)

    def _channels(self, pointer: Ir) -> Ir:
        """A vector of input channels, with zeros after the last channel."""
        b = self.b
        if not self.some:
            return b.load(self.raw, pointer, self.aligned)
        mask = b.compare("lt", b.iota("i64", self.lanes), b.splat(b.index(self.some), self.lanes))
        return b.masked_load(self.raw, pointer, mask, self.aligned)

    def _transform_tile(self, tile: Ir, stride: Ir, step: Ir, result: Ir) -> None:
        b, rows, columns = self.b, self.form.rows, self.form.columns
        lines = [self._input(tile, b.mul(stride, b.index(i))) for i in range(rows.size)]

        def read(line: Ir, j: int) -> Ir:
            loaded = self._channels(self._input(line, b.mul(step, b.index(j))))
            return self.arithmetic.as_data(b, loaded, self.problem.source.dtype)

        slab, first = self.plan.slab(self.problem) // self.lanes, 0
        for down in rows.phases:
            some, start = lines[down.first :: down.step], 0
            for across in columns.phases:
                at = range(across.first, columns.size, across.step)
                turned = [down.transform(b, [read(line, j) for line in some]) for j in at]
                for i in range(len(some)):
                    for j, value in enumerate(across.transform(b, [column[i] for column in turned])):
                        self._store(value, result, ((first + i) * columns.size + start + j) * slab)
                start += len(at)
            first += len(some)

    # ---- products -------------------------------------------------------------------------------------------------

    def _products(self, block: _Block, panel: Ir) -> None:
        b, tile, panels = self.b, self.plan.tile, self.plan.tile.panels(self.problem)
        whole, last, half = tile.columns, tile.last_columns(self.problem), tile.half_last(self.problem, self.b.target)
        if panels == 1 or (whole == last and not half):
            self._panel_products(block, panel, last, half)
            return
        narrow = b.compare("eq", panel, b.index(panels - 1))
        with b.when(b.binary("xor", narrow, b.const("i1", 1))):
            self._panel_products(block, panel, whole, False)
        with b.when(narrow):
            self._panel_products(block, panel, last, half)

    def _panel_products(self, block: _Block, panel: Ir, columns: int, half: bool) -> None:
        """M = V·U for every tap. The last register tile may have rows past the block's end: they are computed from
        whatever lies there, and their results are discarded."""
        b, problem, tile, taps = self.b, self.problem, self.plan.tile, self.form.taps
        product = self.plan.product(problem)
        depth = problem.inputs * tile.lanes
        filters = self._at(self.packed, b.mul(panel, b.index(self.form.different * depth * tile.columns)))
        segment = Segment(0, tile.rows, 1, tuple((0,) for _ in range(tile.rows)))
        with b.loop(b.index(0), b.index(taps), 1, stem="tap") as loop:
            slab = self._at(self.scratch, b.mul(loop.index, b.index(self.plan.slab(problem))))
            weights = self._at(filters, b.mul(self._filter(loop.index), b.index(depth * columns)))
            results = self._at(self._area(0), b.mul(loop.index, b.index(self.lanes)))
            strips = self.plan.block // tile.rows
            micro = TileEmitter(b, product, tile, slab, weights, half=half)
            with b.loop(b.index(0), block.count, tile.rows, stem="rows") as rows:
                zero = b.index(0)
                if self.plan.prefetch:
                    strip = b.binary("udiv", rows.index, b.index(tile.rows))
                    distance = depth * columns
                    micro = _Prefetching(b, product, tile, slab, weights, distance, strip, strips, half=half)
                place = Place2D(zero, zero, zero, rows.index, None, None)
                sums = micro.accumulate(place, weights, segment, columns)
                start = self._at(results, b.mul(rows.index, b.index(taps * self.lanes)))
                for r in range(tile.rows):
                    for c in range(columns):
                        self._store(sums[r][c], start, (c * self.plan.block + r) * taps)

    def _filter(self, tap: Ir) -> Ir:
        """The number of a product's filter. The last filter of a line serves all products from its own on."""
        b, rows, columns = self.b, self.form.rows, self.form.columns
        if self.form.different == self.form.taps:
            return tap
        row, column = self.emitter.divide(tap, columns.size, self.scope)
        row, column = self._least(row, b.index(rows.filters - 1)), self._least(column, b.index(columns.filters - 1))
        return b.add(b.mul(row, b.index(columns.filters)), column)

    # ---- outputs --------------------------------------------------------------------------------------------------

    def _finish(self, block: _Block, panel: Ir) -> None:
        """Y = Aᵀ M A and the epilogue, a vector of output channels at a time."""
        b, tile = self.b, self.plan.tile
        first = b.mul(panel, b.index(tile.columns))
        left = b.sub(b.index(self.problem.vectors(self.lanes)), first)
        with b.loop(b.index(0), self._least(left, b.index(tile.columns)), 1, stem="column") as columns:
            shared = self.scope.inner()
            shared.symbols[BLOCK] = b.add(first, columns.index)
            shared.lanes = Lanes(LANE, self.lanes, b.index(0))
            outputs = self.problem.outputs
            if outputs % self.lanes and not reads_whole_vectors(self.emitter, self.epilogue.nest, self.lanes):
                channels = b.sub(b.index(outputs), b.mul(shared.symbols[BLOCK], b.index(self.lanes)))
                shared.tail = b.compare("lt", b.iota("i64", self.lanes), b.splat(channels, self.lanes))
            for load in steady_loads(self.epilogue.nest.value, {IMAGE, ROW, PIXEL}):
                self.emitter.emit(load, shared)
            with b.loop(b.index(0), block.count, 1, stem="tile") as loop:
                at = loop.index
                product = self._summed(panel, at) if self.plan.fused else self._stored(columns.index, at)
                image, row, pixel = self._corner(block, loop.index)
                scope = shared.inner()
                scope.symbols[IMAGE] = image
                self._finish_tile(product, row, pixel, scope)

    def _stored(self, column: Ir, tile: Ir) -> Callable[[int], Ir]:
        """A function that loads a tile's product from M, by tap."""
        b = self.b
        within = b.add(b.mul(column, b.index(self.plan.block)), tile)
        products = self._at(self._area(0), b.mul(within, b.index(self.form.taps * self.lanes)))
        return lambda tap: self._load(products, tap)

    def _summed(self, panel: Ir, tile: Ir) -> Callable[[int], Ir]:
        """A function that computes a tile's product, by tap, as a sum over the input channels."""
        b, inputs, rows, columns = self.b, self.problem.inputs, self.form.rows, self.form.columns
        slab = self.plan.slab(self.problem)
        x = self._at(self.scratch, b.mul(tile, b.index(self.lanes)))
        packed = self._at(self.packed, b.mul(panel, b.index(self.form.different * inputs * self.lanes)))
        # Filters are reloaded for every tile: they do not fit the registers, and copies on the stack would be read as
        # often.
        filters = b.emit("ptr", f'call ptr asm "", "=r,0,r"({packed}, {tile})')

        def product(tap: int) -> Ir:
            row, column = divmod(tap, columns.size)
            number = min(row, rows.filters - 1) * columns.filters + min(column, columns.filters - 1)
            total = None
            for k in range(inputs):
                place = self._at(x, b.index(tap * slab + k))
                one = self.arithmetic.broadcast(b, place, self.arithmetic.data, self.lanes, 1)
                weights = self._load(filters, number * inputs + k)
                total = b.mul(one, weights) if total is None else self.arithmetic.multiply_add(b, one, weights, total)
            assert total is not None
            return total

        return product

    def _finish_tile(self, product: Callable[[int], Ir], row: Ir, pixel: Ir, shared: Scope) -> None:
        b = self.b
        results = self._results(product)
        if not all(isinstance(dim, int) for dim in self.problem.output):
            self._finish_cut(results, row, pixel, shared)
            return
        heights, widths = (self._parts(axis, at) for axis, at in ((0, row), (1, pixel)))
        for height, below in heights:
            for width, beside in widths:
                with b.when(b.binary("and", below, beside)):
                    for i, line in results.items():
                        values = [(self._plus(pixel, j), v) for j, v in enumerate(line[:width])]
                        if i < height:
                            self._epilogue(values, self._plus(row, i), shared)

    def _finish_cut(self, results: dict[int, list[Ir]], row: Ir, pixel: Ir, shared: Scope) -> None:
        """The epilogue of a tile in an image of free size. If the tile does not lie in it entirely, its results are
        finished one by one."""
        b = self.b
        (high, wide), (down, across) = (self._size(dim) for dim in self.problem.output), self.form.outputs
        below, beside = b.sub(high, row), b.sub(wide, pixel)
        whole = b.binary("and", b.compare("ge", below, b.index(down)), b.compare("ge", beside, b.index(across)))
        with b.when(whole):
            for i, line in results.items():
                self._epilogue([(self._plus(pixel, j), v) for j, v in enumerate(line)], self._plus(row, i), shared)
        with b.when(b.binary("xor", whole, b.const("i1", 1))):
            for i, line in results.items():
                for j, value in enumerate(line):
                    inside = b.binary("and", b.compare("gt", below, b.index(i)), b.compare("gt", beside, b.index(j)))
                    with b.when(inside):
                        self._epilogue([(self._plus(pixel, j), value)], self._plus(row, i), shared)

    def _parts(self, axis: int, at: Ir) -> list[tuple[int, Ir]]:
        """The possible numbers of a tile's results that lie inside the output at row or pixel ``at``, each with its
        condition."""
        b, size, most = self.b, self.problem.output[axis], self.form.outputs[axis]
        assert isinstance(size, int)
        whole, rest = divmod(size, most)
        last = b.compare("eq", at, b.index(whole * most))
        if not rest or not whole:
            return [(rest or most, b.const("i1", 1))]
        return [(most, b.binary("xor", last, b.const("i1", 1))), (rest, last)]

    def _plus(self, a: Ir, number: int) -> Ir:
        return self.b.add(a, self.b.index(number)) if number else a

    def _results(self, product: Callable[[int], Ir]) -> dict[int, list[Ir]]:
        """The rows of Aᵀ M A. Pairs of points are joined as soon as both are computed, and even rows are computed
        before odd ones, so that the values alive at any time fit the registers."""
        b, rows, columns = self.b, self.form.rows, self.form.columns

        def across(i: int) -> list[Ir]:
            return columns.output_transform(b, [product(i * columns.size + j) for j in range(columns.size)])

        if rows.size == 1:
            return {0: across(0)}
        even = rows.even
        sums, differences = [], []
        for k in range(len(even.points)):
            plus, minus = (across(even.zero + 2 * k + sign) for sign in (0, 1))
            sums.append([b.add(x, y) for x, y in zip(plus, minus, strict=True)])
            differences.append([b.sub(x, y) for x, y in zip(plus, minus, strict=True)])
        results: dict[int, list[Ir]] = {}
        for row in sorted(range(rows.outputs), key=lambda row: (row % 2, row)):
            end = even.ends.get(row)
            ends = across(end) if end is not None else [None] * columns.outputs
            parts = zip(*(differences if row % 2 else sums), strict=True)
            results[row] = [even.output_row(b, row, part, e) for part, e in zip(parts, ends, strict=True)]
        for row in results if even.size < rows.size else ():
            odd = across(even.size + row)
            results[row] = [b.add(x, y) for x, y in zip(results[row], odd, strict=True)]
        return results

    def _epilogue(self, results: Sequence[tuple[Ir, Ir]], row: Ir, shared: Scope) -> None:
        """All values are computed first, then all are stored."""
        b, nest = self.b, self.epilogue.nest
        done: list[tuple[Ir, Scope]] = []
        for pixel, value in results:
            scope = shared.inner(accumulator=value)
            scope.symbols |= {ROW: row, PIXEL: pixel}
            done.append((to_memory(b, self.emitter.emit(nest.value, scope), nest.buffer), scope))
        for value, scope in done:
            # The output lies in channel blocks, so that the padding of the last block may be written.
            store_at(b, self.emitter, nest.buffer, nest.buffer.offset(nest.index), value, scope.inner(tail=None))
