"""A contraction as one LLVM function: for each tile in order, the micro-kernel sums it and the epilogue finishes it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import attrs

from dldt.codegen.kernels.convolution.edge import Edge, heights, left_to_smaller, zeros
from dldt.codegen.kernels.convolution.joined_pixels import joined_rounding, store_joined
from dldt.codegen.kernels.convolution.pack import column_size
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Segment, segments, spatial_units
from dldt.codegen.kernels.convolution.tile_emitter import Accumulators, Place2D, TileEmitter
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.nest import parameters, reads_whole_vectors, store_at
from dldt.codegen.llvm.primitive import to_memory
from dldt.codegen.llvm.requantized import Requantized
from dldt.codegen.llvm.scope import Lanes, Scope
from dldt.codegen.llvm.transpose import transposed
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import (
    Accumulator,
    Apply,
    Bind,
    Expr,
    Inside,
    Load,
    Nest,
    Position,
    Reduce,
    free_symbols,
    steady_loads,
    walk,
)
from dldt.codegen.loop.schedule import Outermost, Schedule, written_out
from dldt.codegen.loop.variables import BLOCK, IMAGE, LANE, PIXEL, ROW
from dldt.compiler.dims import Symbol, maximum_of, symbols
from dldt.compiler.types import DType


@attrs.frozen
class Epilogue:
    """What is computed from a sum: the nest's value over ``IMAGE``, ``ROW``, ``PIXEL`` and the channel. The channel is
    ``BLOCK * lanes + LANE`` where groups are whole vectors (``aligned``), else ``LANE``. ``across``: there are few
    channels, so that vectors run along pixels."""

    nest: Nest
    aligned: bool
    across: bool = False
    fits: bool = False
    """Whether what is rounded at the end is a number that 32 bits hold, whatever the sums are."""


def emit_contraction(
    b: Builder,
    name: str,
    problem: Problem,
    tile: RegisterTile,
    schedule: Schedule,
    epilogue: Epilogue,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(input, operands…, output, weights, symbols…, lo, hi)``. The range runs over batch × groups ×
    channel tiles × row tiles. Computed weights are the second operand."""
    rows = parameters(buffers, symbols, written=buffers[-1], alias=alias)
    weights = ("ptr noalias readonly" if not alias else "ptr readonly", "weights")
    own = [] if problem.computed else [weights]
    signature = [*rows[: len(buffers)], *own, *rows[len(buffers) :]]
    with b.function(name, signature) as arguments:
        pointers = dict(zip(buffers, arguments, strict=False))
        packed = arguments[1 if problem.computed else len(buffers)]
        scope = Scope(dict(zip(symbols, arguments[len(buffers) + len(own) :], strict=False)))
        nothing = zeros(b, problem) if has_edges(problem, across=epilogue.across) else None
        emitter = ExpressionEmitter(b, pointers, tile.lanes)
        writer = _ConvolutionWriter(b, problem, tile, schedule, epilogue, emitter, arguments[0], packed, scope, nothing)
        lower, upper = arguments[-2:]
        with b.loop(lower, upper, 1, stem="tile") as loop:
            writer.unit(loop.index)


@attrs.frozen
class _ChannelPanel:
    """A column tile: its number within the group, its weights, its vectors, and whether half of the last vector is
    enough."""

    number: Ir
    weights: Ir
    columns: int
    half: bool


@attrs.frozen
class _ConvolutionWriter:
    b: Builder
    problem: Problem
    tile: RegisterTile
    schedule: Schedule
    epilogue: Epilogue
    emitter: ExpressionEmitter
    x: Ir
    packed: Ir
    scope: Scope
    zeros: Ir | None
    """Memory that holds zeros, where tiles may lie at edges that are not known."""

    def unit(self, position: Ir) -> None:
        """One position of the shared range: a channel tile at one output row (or at one tile of pixels)."""
        b, problem = self.b, self.problem
        spatial, tiles = spatial_units(problem, self.tile), problem.groups * self.tile.panels(problem)
        if Outermost("pixels") in self.schedule:
            position, panel = self.emitter.divide(position, tiles, self.scope)
            batch, place = self.emitter.divide(position, spatial, self.scope)
        else:
            position, place = self.emitter.divide(position, spatial, self.scope)
            batch, panel = self.emitter.divide(position, tiles, self.scope)
        group, number = self.emitter.divide(panel, self.tile.panels(problem), self.scope)
        whole, last, half = (
            self.tile.columns,
            self.tile.last_columns(problem),
            self.tile.half_last(problem, self.b.target),
        )
        if self.tile.panels(problem) == 1 or (whole == last and not half):
            self._panel(batch, group, number, place, last, half)
            return
        narrow = b.compare("eq", number, b.index(self.tile.panels(problem) - 1))
        wide = b.binary("xor", narrow, b.const("i1", 1))
        with b.when(wide):
            self._panel(batch, group, number, place, whole, False)
        with b.when(narrow):
            self._panel(batch, group, number, place, last, half)

    def _panel(self, batch: Ir, group: Ir, number: Ir, place: Ir, columns: int, half: bool) -> None:
        b, problem = self.b, self.problem
        column = column_size(problem, self.tile)
        group_size = problem.vectors(self.tile.lanes) * column
        panel_size = self.tile.columns * column
        offset = b.add(b.mul(group, b.index(group_size)), b.mul(number, b.index(panel_size)))
        panel = _ChannelPanel(number, b.gep(self.packed, offset), columns, half)
        if problem.channelwise:
            group = number
        if problem.is_pointwise:
            self._pointwise(batch, group, panel, place)
            return
        low, high = self._tap_range(place)
        if not has_known_pixels(problem):
            self._free_pixels(Place2D(batch, group, place, b.index(0), low, high), panel)
            return
        for segment in segments(problem, self.tile.rows):
            if segment.count == 1:
                at = Place2D(batch, group, place, b.index(segment.start), low, high)
                self._tile(at, panel, segment)
                continue
            stop = segment.start + segment.count * segment.rows
            with b.loop(b.index(segment.start), b.index(stop), segment.rows, stem="pixels") as loop:
                at = Place2D(batch, group, place, loop.index, low, high)
                self._tile(at, panel, segment)

    def _pointwise(self, batch: Ir, group: Ir, panel: _ChannelPanel, place: Ir) -> None:
        """A tile of the one long row of pixels. The rest that fills no tile is done by a narrower one."""
        b, rows = self.b, self.tile.rows
        pixels = self.problem.pixels()
        start = b.mul(place, b.index(rows))
        if isinstance(pixels, int):
            whole, rest = divmod(pixels, rows)
            self._pointwise_case(whole > 0, rest > 0, place, b.index(whole), batch, group, panel, start, rest)
            return
        count = self.emitter.dim(pixels, self.scope)
        at = Place2D(batch, group, b.index(0), start, None, None)
        inside = b.compare("le", b.add(start, b.index(rows)), count)
        with b.when(inside):
            self._tile(at, panel, _full(rows))
        with b.when(b.binary("xor", inside, b.const("i1", 1))):
            self._covered(at, panel, count, count, heights(rows)[1:])

    def _free_pixels(self, place: Place2D, panel: _ChannelPanel) -> None:
        """A row of a free number of pixels: whole tiles, those in the middle without regard to the edges, then smaller
        ones."""
        count, width = (self.emitter.dim(d, self.scope) for d in (self.problem.output[1], self.problem.space[1]))
        self._covered(place, panel, count, width, heights(self.tile.rows))

    def _covered(self, place: Place2D, panel: _ChannelPanel, count: Ir, width: Ir, sizes: Sequence[int]) -> None:
        """Tiles of these numbers of pixels that cover a row from the place's pixel on, up to ``count``. Where no pixel
        reads beside the image, no tile reaches past the row's end either."""
        b, start = self.b, place.pixel
        sizes = [self.tile.rows] if self.epilogue.across else sizes
        left_over = left_to_smaller(sizes) if self.zeros is not None else [size - 1 for size in sizes]
        for rows, covered in zip(sizes, left_over, strict=True):
            left = b.sub(count, start)
            if rows < self.tile.rows:
                # One at most: what is left is less than the size before. A loop would keep values of what follows the
                # sums in registers, for all tiles.
                taken = b.compare("gt", left, b.index(covered))
                with b.when(taken):
                    self._free_tile(attrs.evolve(place, pixel=start), panel, rows, count, width)
                end = b.select(taken, b.add(start, b.index(rows)), start)
            else:
                number = b.binary("sdiv", b.add(left, b.index(rows - 1 - covered)), b.index(rows))
                end = b.add(start, b.mul(number, b.index(rows)))
                with b.loop(start, end, rows, stem="pixels") as loop:
                    self._free_tile(attrs.evolve(place, pixel=loop.index), panel, rows, count, width)
            start = b.intrinsic("llvm.smin", "i64", end, count)

    def _free_tile(self, place: Place2D, panel: _ChannelPanel, rows: int, count: Ir, width: Ir) -> None:
        b, problem = self.b, self.problem
        stride, pad, reach = problem.strides[1], problem.pads[1], (problem.kernel[1] - 1) * problem.dilations[1]
        segment = Segment(0, rows, 1, (tuple(range(problem.kernel[1])),) * rows)
        if self.zeros is None:
            self._tile(place, panel, segment)
            return
        first = b.sub(b.mul(place.pixel, b.index(stride)), self.emitter.dim(pad, self.scope))
        left = b.sub(count, place.pixel)
        edged = attrs.evolve(place, edge=Edge(first, width, left, self.zeros))
        if rows < self.tile.rows or problem.is_pointwise:
            self._tile(edged, panel, segment)
            return
        last = b.add(first, b.index((rows - 1) * stride + reach))
        ends = b.binary("and", b.compare("lt", last, width), b.compare("ge", left, b.index(rows)))
        begins = b.compare("ge", first, b.index(0))
        with b.when(b.binary("and", begins, ends)):
            self._tile(place, panel, segment)
        at_start = b.binary("xor", begins, b.const("i1", 1))
        trimmed = _first_segment(problem, rows)
        if trimmed is not None:
            with b.when(b.binary("and", at_start, ends)):
                self._tile(place, panel, trimmed)
            at_start = b.const("i1", 0)
        with b.when(b.binary("or", at_start, b.binary("xor", ends, b.const("i1", 1)))):
            self._tile(edged, panel, segment)

    def _pointwise_case(
        self,
        some: bool,
        rest_some: bool,
        place: Ir,
        whole: Ir,
        batch: Ir,
        group: Ir,
        panel: _ChannelPanel,
        start: Ir,
        rest: int,
    ) -> None:
        b = self.b
        at = Place2D(batch, group, b.index(0), start, None, None)
        if not rest_some:
            self._tile(at, panel, _full(self.tile.rows))
            return
        if not some:
            self._tile(at, panel, _full(rest))
            return
        inside = b.compare("lt", place, whole)
        with b.when(inside):
            self._tile(at, panel, _full(self.tile.rows))
        with b.when(b.binary("xor", inside, b.const("i1", 1))):
            self._tile(at, panel, _full(rest))

    def _tap_range(self, row: Ir) -> tuple[Ir | None, Ir | None]:
        """The kernel rows that lie inside the input at an output row; None where all of them always do."""
        b, problem = self.b, self.problem
        taps, stride, dilation, pad = problem.kernel[0], problem.strides[0], problem.dilations[0], problem.pads[0]
        height, last = problem.space[0], problem.output[0]
        reach = (last - 1) * stride - pad + (taps - 1) * dilation
        first = b.add(b.mul(row, b.index(stride)), self.emitter.dim(-pad, self.scope))
        low = high = None
        if maximum_of(pad) > 0:
            missing = b.sub(b.index(dilation - 1), first)
            low = b.intrinsic("llvm.smax", "i64", b.binary("sdiv", missing, b.index(dilation)), b.index(0))
        if maximum_of(reach - height) >= 0:
            left = b.sub(self.emitter.dim(height + dilation - 1, self.scope), first)
            high = b.intrinsic("llvm.smin", "i64", b.binary("sdiv", left, b.index(dilation)), b.index(taps))
        if low is not None and high is None:
            high = b.index(taps)
        if high is not None and low is None:
            low = b.index(0)
        return low, high

    def _tile(self, place: Place2D, panel: _ChannelPanel, segment: Segment) -> None:
        first = self._first_row(place)
        scopes = [] if self.epilogue.across else self._column_scopes(place, panel)
        added = added_first(self.epilogue.nest, self.problem) if scopes else None
        starts = [] if added is None else [self.emitter.emit(added.arguments[1], scope) for scope in scopes]
        sums = TileEmitter(
            self.b,
            self.problem,
            self.tile,
            self.x,
            self.packed,
            half=panel.half,
            most=written_out(self.schedule),
            size=lambda dim: self.emitter.dim(dim, self.scope),
        ).accumulate(place, panel.weights, segment, panel.columns, starts)
        self._finish(place, scopes, segment, sums, added, first)

    def _column_scopes(self, place: Place2D, panel: _ChannelPanel) -> list[Scope]:
        """The scope of each column of vectors, with what all pixels share."""
        columns = range(panel.columns)
        return [self._channel_scope(place, panel.number, c, c == panel.columns - 1) for c in columns]

    def _finish(
        self,
        place: Place2D,
        scopes: Sequence[Scope],
        segment: Segment,
        sums: Accumulators,
        added: Apply | None,
        first: tuple[Ir, Ir] | None,
    ) -> None:
        """The epilogue, one column of vectors at a time: all values are computed first, then all are stored. The sums
        are the values of ``added`` already."""
        b, nest = self.b, self.epilogue.nest
        if self.epilogue.across:
            self._finish_across(place, [row[0] for row in sums])
            return
        rows = self._rows(place, segment.rows, first)
        for c, shared in enumerate(scopes):
            for load in steady_loads(nest.value, {ROW, PIXEL, IMAGE}):
                self.emitter.emit(load, shared)
            rounded = self._joined(place, shared)
            last = nest.value if rounded is None else rounded.x
            values: list[tuple[Ir, Scope]] = []
            for r in range(segment.rows):
                scope = shared.inner(accumulator=sums[r][c])
                scope.symbols |= {IMAGE: place.batch, ROW: rows[r], PIXEL: self._pixel(place, r)}
                if added is not None:
                    scope.cache[added] = sums[r][c]
                values.append((self.emitter.emit(last, scope), scope))
            if rounded is not None:
                whole = [(x, scope.inner(tail=None)) for x, scope in values]
                store_joined(self.emitter, nest, rounded, whole, fits=self.epilogue.fits)
                continue
            values = [(to_memory(b, value, nest.buffer), scope) for value, scope in values]
            for r, (value, scope) in enumerate(values):
                shown = scope.inner(tail=None) if self._padded() else scope
                with self._exists(place, r):
                    store_at(b, self.emitter, nest.buffer, nest.buffer.offset(nest.index), value, shown)

    def _joined(self, place: Place2D, shared: Scope) -> Requantized | None:
        """The rounding to bytes that ends the epilogue, where results of neighbouring pixels are stored together."""
        whole = shared.tail is None or self._padded()
        return joined_rounding(self.emitter, self.epilogue.nest, self.tile.lanes) if whole and not place.edge else None

    def _first_row(self, place: Place2D) -> tuple[Ir, Ir] | None:
        """The row and the column of a tile's first pixel in the one long row of a pointwise problem, where they are
        needed and the division is not cheap. It stands before the sums: LLVM makes branches of it, and would move sums
        behind them."""
        steps = steps_through_rows(self.problem, across=self.epilogue.across)
        if not steps or ROW not in _needed(self.epilogue.nest):
            return None
        return self.emitter.divide(place.pixel, self.problem.output[1], self.scope)

    def _rows(self, place: Place2D, count: int, first: tuple[Ir, Ir] | None) -> list[Ir]:
        """The row of every pixel, by counting from the first one on."""
        if first is None:
            return [place.row] * count
        b, (row, column) = self.b, first
        width, found = self.emitter.dim(self.problem.output[1], self.scope), [row]
        while len(found) < count:
            column = b.add(column, b.index(1))
            ends = b.compare("eq", column, width)
            column = b.select(ends, b.index(0), column)
            found.append(b.add(found[-1], b.convert(ends, "i64", signed=False)))
        return found

    def _pixel(self, place: Place2D, number: int) -> Ir:
        """A pixel of the tile; the row's last one in place of those past it."""
        if place.edge is not None and number:
            last = self.b.sub(place.edge.left, self.b.index(1))
            return self.b.add(place.pixel, self.b.intrinsic("llvm.smin", "i64", last, self.b.index(number)))
        return self.b.add(place.pixel, self.b.index(number))

    def _exists(self, place: Place2D, number: int) -> AbstractContextManager[None]:
        """What is emitted inside runs only if the tile's pixel lies in the row."""
        if place.edge is None or not number:
            return nullcontext()
        return self.b.when(self.b.compare("gt", place.edge.left, self.b.index(number)))

    def _finish_across(self, place: Place2D, sums: list[Ir]) -> None:
        """The epilogue of few channels: the tile is transposed, and each channel is finished as vectors of pixels."""
        b, nest, lanes = self.b, self.epilogue.nest, self.tile.lanes
        for first in range(0, len(sums), lanes):
            rows = sums[first : first + lanes]
            scope = self.scope.inner(lanes=Lanes(PIXEL, lanes, b.add(place.pixel, b.index(first))))
            scope.symbols |= {IMAGE: place.batch, ROW: place.row, BLOCK: b.index(0)}
            if place.edge is not None:
                scope.tail = b.compare(
                    "lt", b.iota("i64", lanes), b.splat(b.sub(place.edge.left, b.index(first)), lanes)
                )
            elif len(rows) < lanes:
                scope.tail = b.compare("lt", b.iota("i64", lanes), b.splat(b.index(len(rows)), lanes))
            with self._exists(place, first):
                for channel, pixels in enumerate(transposed(b, rows, self.problem.outputs)):
                    one = scope.inner(accumulator=pixels)
                    one.symbols[LANE] = b.index(channel)
                    value = to_memory(b, self.emitter.emit(nest.value, one), nest.buffer)
                    store_at(b, self.emitter, nest.buffer, nest.buffer.offset(nest.index), value, one)

    def _padded(self) -> bool:
        """Whether the vector past the last channel may be stored whole, because the output lies in channel blocks."""
        nest = self.epilogue.nest
        return self.epilogue.aligned and bool(nest.buffer.layout.block) and LANE in symbols(nest.index[1])

    def _channel_scope(self, place: Place2D, number: Ir, column: int, is_last: bool) -> Scope:
        b, lanes, problem = self.b, self.tile.lanes, self.problem
        block = b.add(b.mul(number, b.index(self.tile.columns)), b.index(column))
        within = b.mul(block, b.index(lanes))
        if problem.groups > 1 and self.epilogue.aligned:
            block = b.add(block, b.mul(place.group, b.index(problem.outputs // lanes)))
        scope = self.scope.inner()
        scope.symbols[BLOCK] = block
        base = b.index(0)
        if not self.epilogue.aligned:
            base = b.add(within, b.mul(place.group, b.index(problem.outputs)))
        scope.lanes = Lanes(LANE, lanes, base)
        if (
            problem.outputs % lanes != 0
            and is_last
            and not (self._padded() and reads_whole_vectors(self.emitter, self.epilogue.nest, lanes))
        ):
            left = b.sub(b.index(problem.outputs), within)
            scope.tail = b.compare("lt", b.iota("i64", lanes), b.splat(left, lanes))
        return scope


def added_first(nest: Nest, problem: Problem) -> Apply | None:
    """The addition of integers to the sums that depend on the channel alone, if there is one. As integers wrap around,
    summing may start from them."""
    if problem.arithmetic.sums is not DType.i32 or problem.arithmetic.registers > 1:
        return None
    steady: list[Expr] = [*steady_loads(nest.value, {ROW, PIXEL, IMAGE})]
    for sub in walk(nest.value):
        if isinstance(sub, Apply) and sub.name == "add" and sub.dtype is DType.i32:
            sums, other = sub.arguments
            if isinstance(sums, Accumulator) and other in steady:
                return sub
    return None


def has_known_pixels(problem: Problem) -> bool:
    """Whether it is known at which pixels a row of tiles begins and ends."""
    if problem.is_pointwise:
        return isinstance(problem.pixels(), int)
    return all(isinstance(dim, int) for dim in (problem.space[1], problem.output[1], problem.pads[1]))


def _first_segment(problem: Problem, rows: int) -> Segment | None:
    """The taps of a row's first tile that read no pixel before the image; None where that is not known, or where
    another tile may read such pixels too."""
    pad, stride, dilation = problem.pads[1], problem.strides[1], problem.dilations[1]
    if not isinstance(pad, int) or pad <= 0 or rows * stride < pad:
        return None
    kernel = range(problem.kernel[1])
    taps = tuple(tuple(k for k in kernel if r * stride - pad + k * dilation >= 0) for r in range(rows))
    return Segment(0, rows, 1, taps)


def has_edges(problem: Problem, *, across: bool) -> bool:
    """Whether a tile may lie at an edge that is not known: its pixels read beside the image, or vectors of pixels
    reach past the end of a row."""
    if has_known_pixels(problem):
        return False
    if across or problem.is_pointwise:
        return across
    pad, reach = problem.pads[1], (problem.kernel[1] - 1) * problem.dilations[1]
    last = (problem.output[1] - 1) * problem.strides[1] + reach
    return pad != 0 or maximum_of(last - problem.space[1]) >= 0


def _needed(nest: Nest) -> set[Symbol]:
    """The variables on which places in memory and conditions depend. A row and a column together are often one
    pixel of the long row."""
    found = set(symbols(nest.buffer.offset(nest.index)))
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            found |= symbols(sub.buffer.offset(sub.index))
        elif isinstance(sub, Inside | Position | Reduce | Bind):
            found |= free_symbols(sub)
    return found


def steps_through_rows(problem: Problem, *, across: bool) -> bool:
    """Whether the rows of pixels are counted, because the pixels of a row are free and no division by their number is
    cheap."""
    return problem.is_pointwise and not isinstance(problem.output[1], int) and not across


def _full(rows: int) -> Segment:
    return Segment(0, rows, 1, tuple((0,) for _ in range(rows)))
