"""The register-tile micro-kernel: a tile of pixels by output-channel vectors, summed over channels and taps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from dldt.codegen.kernels.convolution.edge import Edge
from dldt.codegen.kernels.convolution.pack import column_size
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Segment
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.compiler.dims import Dim


@attrs.frozen
class Place2D:
    """The position of a tile: batch and group (channelwise: channel block), output row and first pixel, and the range
    of kernel rows inside the input (``None``: all of them)."""

    batch: Ir
    group: Ir
    row: Ir
    pixel: Ir
    taps_low: Ir | None
    taps_high: Ir | None
    edge: Edge | None = None
    """Where pixels of the tile may read beside the input, or lie past the end of a row; None where none does."""


Accumulators = list[list[Ir]]
"""[row][column]"""


class TileEmitter:
    """Writes the accumulation of one tile. ``x`` and ``weights`` are the base pointers. ``half``: only the first half
    of the lanes of the last column is computed; the others become 0. ``most``: how many multiply-adds may be unrolled;
    one kernel row always is, unless it is long. ``size`` emits a dim of the problem that is no number."""

    def __init__(
        self,
        b: Builder,
        problem: Problem,
        tile: RegisterTile,
        x: Ir,
        weights: Ir,
        *,
        half: bool = False,
        most: int = 1,
        size: Callable[[Dim], Ir] | None = None,
    ) -> None:
        self.b = b
        self.problem = problem
        self.tile = tile
        self.x = x
        self.weights = weights
        self.arithmetic = problem.arithmetic
        self.half = half
        self.most = most
        self.size = size or (lambda dim: b.index(int(dim)))
        self.vector_size = problem.arithmetic.vector_size(tile.lanes)
        self.levels: list[tuple[Ir, Ir]] = []
        """The start and the scale of the weights of each column, where they lie on a grid."""
        self.apart = column_size(problem, tile) if problem.computed else 0
        """Bytes from one vector of outputs to the next; 0: they lie side by side, step by step."""

    def accumulate(
        self, place: Place2D, panel: Ir, segment: Segment, columns: int, starts: Sequence[Ir] = ()
    ) -> Accumulators:
        """The sums of the tile at ``place`` for the weights at ``panel``. ``starts``: what the columns begin with,
        where that is not 0."""
        b, problem = self.b, self.problem
        start = self._start(place)
        if problem.channelwise:
            source = b.add(start, b.mul(place.group, self.size(problem.source.outer)))
            flat = self._first(starts, [self.tile.lanes], segment.rows)
            return [[self.arithmetic.result(b, s)] for s in self._body(place, segment, 1)(source, panel, flat, 1)]
        widths = [self._width(c, columns) for c in range(columns)]
        flat = self._first(starts, widths, segment.rows)
        whole, rest = divmod(problem.inputs, self.tile.chunk)
        taps = problem.kernel[0] * problem.kernel[1]
        step = taps * self.arithmetic.steps(self.tile.chunk) * self._beside(columns) * self.vector_size
        body = self._body(place, segment, columns)
        numbers = self._behind_head(panel, columns)
        if whole == 1:
            self._set_levels(panel, b.index(0), widths)
            flat = body(self._channels(place, start, b.index(0)), numbers, flat, self.tile.chunk)
        elif whole:
            with b.loop(b.index(0), b.index(whole), 1, flat, "chunk") as loop:
                channel = b.mul(loop.index, b.index(self.tile.chunk))
                self._set_levels(panel, channel, widths)
                source = self._channels(place, start, channel)
                weights = b.gep(numbers, b.mul(loop.index, b.index(step)))
                loop.yields = body(source, weights, loop.carried, self.tile.chunk)
            flat = loop.results
        if rest:
            self._set_levels(panel, b.index(whole * self.tile.chunk), widths)
            source = self._channels(place, start, b.index(whole * self.tile.chunk))
            flat = body(source, b.gep(numbers, b.index(step * whole)), flat, rest)
        flat = [b.widen(self.arithmetic.result(b, value), self.tile.lanes) for value in flat]
        return [flat[r * columns : (r + 1) * columns] for r in range(segment.rows)]

    def _behind_head(self, panel: Ir, columns: int) -> Ir:
        """The address of the packed weights: scales and starts stand before those on a grid."""
        grid = self.arithmetic.grid
        if grid is None:
            return panel
        return self.b.gep(panel, self.b.index(columns * grid.head(self.problem.inputs, self.tile.lanes)))

    def _set_levels(self, panel: Ir, channel: Ir, widths: Sequence[int]) -> None:
        """Loads what the weights from ``channel`` on are made with, where they lie on a grid."""
        b, grid = self.b, self.arithmetic.grid
        if grid is None:
            return
        block = b.binary("udiv", channel, b.index(grid.block)) if grid.block else b.index(0)
        size = 4 * self.tile.lanes * len(widths)
        scales = b.gep(panel, b.mul(block, b.index(2 * size)))
        starts = b.gep(scales, b.index(size))
        self.levels = []
        for column, width in enumerate(widths):
            at = b.index(4 * self.tile.lanes * column)
            start, scale = (
                b.load(vector(kind, width), b.gep(base, at), 4) for kind, base in (("i32", starts), ("float", scales))
            )
            self.levels.append((start, scale))

    def _first(self, starts: Sequence[Ir], widths: Sequence[int], rows: int) -> list[Ir]:
        """What the sums of a tile begin with, row by row, for columns of these widths."""
        b = self.b
        if not starts:
            return [b.const(self.arithmetic.sum_type(width), 0) for width in widths] * rows
        wide = [b.splat(start, self.tile.lanes) for start in starts]
        return [b.pick(start, range(width)) for start, width in zip(wide, widths, strict=True)] * rows

    def _width(self, column: int, columns: int) -> int:
        return self.tile.lanes // 2 if self.half and column == columns - 1 else self.tile.lanes

    def _start(self, place: Place2D) -> Ir:
        """The element offset of tap (0, 0) of the tile's first pixel, channel 0."""
        b, problem, source = self.b, self.problem, self.problem.source
        row = b.add(b.mul(place.row, b.index(problem.strides[0])), self.size(-problem.pads[0]))
        pixel = b.add(b.mul(place.pixel, b.index(problem.strides[1])), self.size(-problem.pads[1]))
        offset = b.add(b.mul(row, self.size(source.row)), b.mul(pixel, b.index(source.pixel)))
        return b.add(b.add(offset, self.size(source.start)), b.mul(place.batch, self.size(source.batch)))

    def _channels(self, place: Place2D, start: Ir, channel: Ir) -> Ir:
        """The element offset ``start`` advanced to the group's channel ``channel``."""
        b, problem, source = self.b, self.problem, self.problem.source
        if problem.groups > 1:
            channel = b.add(channel, b.mul(place.group, b.index(problem.inputs)))
        if problem.shuffle > 1:
            outer, inner = (b.binary(opcode, channel, b.index(problem.shuffle)) for opcode in ("udiv", "urem"))
            channel = b.add(b.mul(inner, b.index(problem.groups * problem.inputs // problem.shuffle)), outer)
        if not source.block:
            return b.add(start, b.mul(channel, self.size(source.channel)))
        outer = b.binary("udiv", channel, b.index(source.block))
        inner = b.binary("urem", channel, b.index(source.block))
        return b.add(start, b.add(b.mul(outer, self.size(source.outer)), b.mul(inner, self.size(source.channel))))

    def _body(self, place: Place2D, segment: Segment, columns: int) -> Callable[[Ir, Ir, list[Ir], int], list[Ir]]:
        """A function that emits the sums of one chunk of channels over all kernel rows."""
        b, problem = self.b, self.problem
        rows = problem.kernel[0]

        def body(source: Ir, weights: Ir, flat: list[Ir], chunk: int) -> list[Ir]:
            step = problem.kernel[1] * self.arithmetic.steps(chunk) * self._beside(columns) * self.vector_size
            if rows == 1 and place.taps_low is None:
                return self._row(self._address(source), weights, flat, chunk, segment, columns, place.edge)
            low = place.taps_low or b.index(0)
            high = place.taps_high or b.index(rows)
            with b.loop(low, high, 1, flat, "tap") as loop:
                offset = b.add(source, b.mul(loop.index, self.size(problem.dilations[0] * problem.source.row)))
                pointer = b.gep(weights, b.mul(loop.index, b.index(step)))
                carried, edge = loop.carried, place.edge
                loop.yields = self._row(self._address(offset), pointer, carried, chunk, segment, columns, edge)
            return loop.results

        return body

    def _address(self, offset: Ir) -> Ir:
        return self.b.emit("ptr", f"getelementptr {LLVM_TYPES[self.problem.source.dtype]}, {self.x}, {offset}")

    def _row(
        self, source: Ir, weights: Ir, flat: list[Ir], chunk: int, segment: Segment, columns: int, edge: Edge | None
    ) -> list[Ir]:
        """All taps of one kernel row, of a tile that may lie at the edge of the image."""
        if edge is None:
            return self._taps(source, weights, flat, chunk, segment, columns)
        if self.problem.channelwise:
            return self._channelwise_taps(source, weights, list(flat), segment, edge)
        return self._unrolled(source, weights, flat, chunk, segment, columns, range(self.problem.kernel[1]), edge)

    def _taps(self, source: Ir, weights: Ir, flat: list[Ir], chunk: int, segment: Segment, columns: int) -> list[Ir]:
        """All taps of one kernel row. Those of very wide rows run in a loop, unrolled as far as the code size
        allows."""
        b, problem = self.b, self.problem
        if problem.channelwise:
            return self._channelwise_taps(source, weights, list(flat), segment)
        taps = problem.kernel[1]
        every = all(len(valid) == taps for valid in segment.taps)
        group = max(1, self.most // (self.arithmetic.steps(chunk) * segment.rows * columns))
        if taps <= 2 * group or not every:
            return self._unrolled(source, weights, flat, chunk, segment, columns, range(taps))
        stride = problem.source.dtype.size * problem.dilations[1] * problem.source.pixel
        size = self.arithmetic.steps(chunk) * self._beside(columns) * self.vector_size
        whole = taps // group
        with b.loop(b.index(0), b.index(whole), 1, flat, "taps") as loop:
            x = b.gep(source, b.mul(loop.index, b.index(group * stride)))
            w = b.gep(weights, b.mul(loop.index, b.index(group * size)))
            loop.yields = self._unrolled(x, w, loop.carried, chunk, segment, columns, range(group))
        x = b.gep(source, b.index(whole * group * stride))
        w = b.gep(weights, b.index(whole * group * size))
        return self._unrolled(x, w, loop.results, chunk, segment, columns, range(taps - whole * group))

    def _unrolled(
        self,
        source: Ir,
        weights: Ir,
        flat: list[Ir],
        chunk: int,
        segment: Segment,
        columns: int,
        taps: range,
        edge: Edge | None = None,
    ) -> list[Ir]:
        """These taps and all channels of the chunk, unrolled."""
        b, problem = self.b, self.problem
        known: dict[tuple[int, int], Ir] = {}
        numbers: list[Ir] = []
        flat = list(flat)
        for tap in taps:
            pixels = [r for r in range(segment.rows) if tap in segment.taps[r]]
            if not pixels:
                continue
            base = self._opaque(source) if len(taps) > 1 else source
            # The half column broadcasts for itself: as a part of the wide broadcast, it would be overwritten by its
            # sum.
            twin = self._opaque(source) if self.half else source
            for step in range(self.arithmetic.steps(chunk)):
                k = step * self.arithmetic.products
                if k or tap != taps[0]:
                    weights = self._after(weights, flat[-1])
                at = (tap * self.arithmetic.steps(chunk) + step) * self._beside(columns) * self.vector_size
                widths = [self._width(c, columns) for c in range(columns)]
                if self.arithmetic.grid:
                    vectors = self._numbers(weights, at, step % self.arithmetic.grid.together, widths, numbers)
                else:
                    vectors = [
                        self._vector(weights, at + c * (self.apart or self.vector_size), width)
                        for c, width in enumerate(widths)
                    ]
                for r in pixels:
                    step_in = r * problem.strides[1] + tap * problem.dilations[1]
                    shift = step_in * problem.source.pixel + k * problem.source.channel
                    if edge is not None:
                        base, shift = self._redirected(source, edge, step_in, k, known)
                        twin = self._opaque(base) if self.half else base
                    wide = self._broadcast(base, shift, self.tile.lanes, chunk - k)
                    for c in range(columns):
                        if vectors[c].lanes != wide.lanes:
                            wide = self._broadcast(twin, shift, widths[c], chunk - k)
                        flat[r * columns + c] = self.arithmetic.multiply_add(b, wide, vectors[c], flat[r * columns + c])
                        if not b.target.fma:
                            # The product is a value apart from the sum here, and takes a register: at most one is alive
                            # at a time.
                            base = self._after(base, flat[r * columns + c])
        return flat

    def _beside(self, columns: int) -> int:
        """Vectors of weights that lie side by side in each step."""
        return 1 if self.apart else columns

    def _vector(self, weights: Ir, offset: int, width: int) -> Ir:
        """The vector of weights ``offset`` bytes from an address, or only its first ``width`` lanes."""
        pointer = self.b.gep(weights, self.b.index(offset))
        return self.arithmetic.load_weights(self.b, pointer, width, self.vector_size)

    def _numbers(self, weights: Ir, offset: int, place: int, widths: Sequence[int], numbers: list[Ir]) -> list[Ir]:
        """The weights on a grid at one place of their bytes; ``numbers`` keeps the bytes, which are loaded for the
        first place, ``offset`` bytes from an address."""
        b, lanes = self.b, self.tile.lanes
        if not place:
            at = (b.gep(weights, b.index(offset + c * lanes)) for c in range(len(widths)))
            numbers[:] = [self.arithmetic.load_numbers(b, a, w) for a, w in zip(at, widths, strict=True)]
        made = zip(numbers, self.levels, strict=True)
        return [self.arithmetic.on_grid(b, number, place, *level) for number, level in made]

    def _broadcast(self, base: Ir, shift: Dim, lanes: int, count: int) -> Ir:
        """The input element at offset ``shift``, in every lane, together with the neighbours that are multiplied in the
        same lane. ``count`` channels are left from here on."""
        source = self.problem.source
        apart = source.channel if isinstance(source.channel, int) else 1
        if self.arithmetic.products > 1 and apart != source.channel:
            raise AssertionError("channels that are multiplied in one lane lie apart by a number")
        if self.arithmetic.is_integer and source.block:
            count = source.block  # the padding of a block is multiplied by zeros
        return self.arithmetic.broadcast(self.b, self._element(base, shift), source.dtype, lanes, count, apart)

    def _element(self, base: Ir, shift: Dim) -> Ir:
        offset = self.problem.source.dtype.size * shift
        if not isinstance(offset, int):
            return self.b.emit("ptr", f"getelementptr i8, {base}, {self.size(offset)}")
        return self.b.emit("ptr", f"getelementptr i8, {base}, i64 {offset}")

    def _redirected(
        self, source: Ir, edge: Edge, step: int, channel: int, known: dict[tuple[int, int], Ir]
    ) -> tuple[Ir, int]:
        """An address, with a distance in elements, of the input ``step`` pixels behind the tile's first one. It leads
        to zeros where that lies beside the image. ``known`` holds addresses that were found before."""
        problem = self.problem
        adjacent = problem.source.channel == 1
        key = (step, 0 if adjacent else channel)
        if key not in known:
            place = self._element(source, step * problem.source.pixel + key[1] * problem.source.channel)
            known[key] = edge.redirect(self.b, step, place)
        return self._opaque(known[key]), channel - key[1]

    def _channelwise_taps(
        self, source: Ir, weights: Ir, flat: list[Ir], segment: Segment, edge: Edge | None = None
    ) -> list[Ir]:
        """One kernel row: a vector of channels for each pixel and tap. Neighbouring taps share the pixels that they
        read."""
        b, problem, lanes = self.b, self.problem, self.tile.lanes
        known: dict[int, Ir] = {}
        for tap in range(problem.kernel[1]):
            vector_weights = self._vector(weights, tap * self.vector_size, lanes)
            for r in range(segment.rows):
                if tap not in segment.taps[r]:
                    continue
                step = r * problem.strides[1] + tap * problem.dilations[1]
                shift = step * problem.source.pixel
                if shift not in known:
                    address = self._element(source, shift)
                    address = address if edge is None else edge.redirect(b, step, address)
                    known[shift] = self.arithmetic.load_data(b, address, problem.source.dtype, lanes)
                flat[r] = self.arithmetic.multiply_add(b, known[shift], vector_weights, flat[r])
        return flat

    def _opaque(self, pointer: Ir) -> Ir:
        """The same address, hidden from the optimiser. Neighbouring taps read the same elements for other pixels;
        keeping these in registers from tap to tap would spill the accumulators."""
        return self.b.emit("ptr", f'call ptr asm "", "=r,0"({pointer})')

    def _after(self, pointer: Ir, value: Ir) -> Ir:
        """The same address, made to depend on ``value``: the next weights are loaded only once the registers of the
        last ones are free."""
        kind = self.b.target.inline_register_class
        value = self.arithmetic.register_of(self.b, value)
        return self.b.emit("ptr", f'call ptr asm "", "=r,0,{kind}"({pointer}, {value})')
