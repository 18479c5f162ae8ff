"""The register-tile micro-kernel: a tile of pixels by output-channel vectors, summed over channels and taps."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.codegen.kernels.convolution.pack import vector_size
from dldt.codegen.kernels.convolution.problem import CODE_LIMIT, Problem, Segment, Tile
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.llvm.primitive import from_memory


@attrs.frozen
class Place2D:
    """Where a tile stands: batch and group (channelwise: channel block), output row and first pixel, and the range of
    kernel rows inside the input (``None``: all of them)."""

    batch: Ir
    group: Ir
    row: Ir
    pixel: Ir
    taps_low: Ir | None
    taps_high: Ir | None


Accumulators = list[list[Ir]]
"""[row][column]"""


class TileEmitter:
    """Writes the accumulation of one tile; ``x`` and ``weights`` are the base pointers. ``half``: of the last column
    the first half of the lanes counts, and only they are computed; the others become 0."""

    def __init__(self, b: Builder, problem: Problem, tile: Tile, x: Ir, weights: Ir, *, half: bool = False) -> None:
        self.b = b
        self.problem = problem
        self.tile = tile
        self.x = x
        self.weights = weights
        self.kind = vector("float", tile.lanes)
        self.half = half
        self.vector_size = vector_size(problem, tile)

    def accumulate(self, place: Place2D, panel: Ir, segment: Segment, columns: int) -> Accumulators:
        """The sums of the tile at ``place`` for the weights at ``panel``."""
        b, problem = self.b, self.problem
        start = self._start(place)
        if problem.channelwise:
            source = b.add(start, b.mul(place.group, b.index(problem.source.outer)))
            flat = [b.const(self.kind, 0) for _ in range(segment.rows)]
            return [[value] for value in self._body(place, segment, 1)(source, panel, flat, 1)]
        widths = [self._width(c, columns) for c in range(columns)]
        flat = [b.const(vector("float", width), 0) for _ in range(segment.rows) for width in widths]
        whole, rest = divmod(problem.inputs, self.tile.chunk)
        step = problem.kernel[0] * problem.kernel[1] * problem.steps(self.tile.chunk) * columns * self.vector_size
        body = self._body(place, segment, columns)
        if whole == 1:
            flat = body(self._channels(place, start, b.index(0)), panel, flat, self.tile.chunk)
        elif whole:
            with b.loop(b.index(0), b.index(whole), 1, flat, "chunk") as loop:
                source = self._channels(place, start, b.mul(loop.index, b.index(self.tile.chunk)))
                weights = b.gep(panel, b.mul(loop.index, b.index(step)))
                loop.yields = body(source, weights, loop.carried, self.tile.chunk)
            flat = loop.results
        if rest:
            source = self._channels(place, start, b.index(whole * self.tile.chunk))
            flat = body(source, b.gep(panel, b.index(step * whole)), flat, rest)
        flat = [b.widen(value, self.tile.lanes) for value in flat]
        return [flat[r * columns : (r + 1) * columns] for r in range(segment.rows)]

    def _width(self, column: int, columns: int) -> int:
        return self.tile.lanes // 2 if self.half and column == columns - 1 else self.tile.lanes

    def _start(self, place: Place2D) -> Ir:
        """The element offset of tap (0, 0) of the tile's first pixel, channel 0."""
        b, problem, source = self.b, self.problem, self.problem.source
        row = b.add(b.mul(place.row, b.index(problem.strides[0])), b.index(-problem.pads[0]))
        pixel = b.add(b.mul(place.pixel, b.index(problem.strides[1])), b.index(-problem.pads[1]))
        offset = b.add(b.mul(row, b.index(source.row)), b.mul(pixel, b.index(source.pixel)))
        batch = source.batch
        if not isinstance(batch, int):
            raise AssertionError("the input's batch stride is a number")
        return b.add(b.add(offset, b.index(source.start)), b.mul(place.batch, b.index(batch)))

    def _channels(self, place: Place2D, start: Ir, channel: Ir) -> Ir:
        """The element offset with the group's channel ``channel`` added."""
        b, problem, source = self.b, self.problem, self.problem.source
        if problem.groups > 1:
            channel = b.add(channel, b.mul(place.group, b.index(problem.inputs)))
        if problem.shuffle > 1:
            outer, inner = (b.binary(opcode, channel, b.index(problem.shuffle)) for opcode in ("udiv", "urem"))
            channel = b.add(b.mul(inner, b.index(problem.groups * problem.inputs // problem.shuffle)), outer)
        if not source.block:
            return b.add(start, b.mul(channel, b.index(source.channel)))
        outer = b.binary("udiv", channel, b.index(source.block))
        inner = b.binary("urem", channel, b.index(source.block))
        return b.add(start, b.add(b.mul(outer, b.index(source.outer)), b.mul(inner, b.index(source.channel))))

    def _body(self, place: Place2D, segment: Segment, columns: int) -> Callable[[Ir, Ir, list[Ir], int], list[Ir]]:
        """Sums one chunk of channels over all kernel rows."""
        b, problem = self.b, self.problem
        rows = problem.kernel[0]

        def body(source: Ir, weights: Ir, flat: list[Ir], chunk: int) -> list[Ir]:
            step = problem.kernel[1] * problem.steps(chunk) * columns * self.vector_size
            if rows == 1 and place.taps_low is None:
                return self._taps(self._address(source), weights, flat, chunk, segment, columns)
            low = place.taps_low or b.index(0)
            high = place.taps_high or b.index(rows)
            with b.loop(low, high, 1, flat, "tap") as loop:
                offset = b.add(source, b.mul(loop.index, b.index(problem.dilations[0] * problem.source.row)))
                pointer = b.gep(weights, b.mul(loop.index, b.index(step)))
                loop.yields = self._taps(self._address(offset), pointer, loop.carried, chunk, segment, columns)
            return loop.results

        return body

    def _address(self, offset: Ir) -> Ir:
        return self.b.emit("ptr", f"getelementptr {LLVM_TYPES[self.problem.source.dtype]}, {self.x}, {offset}")

    def _taps(self, source: Ir, weights: Ir, flat: list[Ir], chunk: int, segment: Segment, columns: int) -> list[Ir]:
        """All taps of one kernel row; very wide rows in a loop of as many as the code size allows."""
        b, problem = self.b, self.problem
        if problem.channelwise:
            return self._channelwise_taps(source, weights, list(flat), segment)
        taps = problem.kernel[1]
        every = all(len(valid) == taps for valid in segment.taps)
        group = max(1, CODE_LIMIT // (problem.steps(chunk) * segment.rows * columns))
        if taps <= 2 * group or not every:
            return self._unrolled(source, weights, flat, chunk, segment, columns, range(taps))
        stride = problem.source.dtype.size * problem.dilations[1] * problem.source.pixel
        size = problem.steps(chunk) * columns * self.vector_size
        whole = taps // group
        with b.loop(b.index(0), b.index(whole), 1, flat, "taps") as loop:
            x = b.gep(source, b.mul(loop.index, b.index(group * stride)))
            w = b.gep(weights, b.mul(loop.index, b.index(group * size)))
            loop.yields = self._unrolled(x, w, loop.carried, chunk, segment, columns, range(group))
        x = b.gep(source, b.index(whole * group * stride))
        w = b.gep(weights, b.index(whole * group * size))
        return self._unrolled(x, w, loop.results, chunk, segment, columns, range(taps - whole * group))

    def _unrolled(
        self, source: Ir, weights: Ir, flat: list[Ir], chunk: int, segment: Segment, columns: int, taps: range
    ) -> list[Ir]:
        """These taps and all channels of the chunk, one after the other."""
        b, problem = self.b, self.problem
        flat = list(flat)
        for tap in taps:
            pixels = [r for r in range(segment.rows) if tap in segment.taps[r]]
            if not pixels:
                continue
            base = self._opaque(source) if len(taps) > 1 else source
            # The half column reads for itself: a part of the wide broadcast would be overwritten by its sum.
            twin = self._opaque(source) if self.half else source
            for step in range(problem.steps(chunk)):
                k = step * problem.pair
                if k or tap != taps[0]:
                    weights = self._after(weights, flat[-1])
                at = (tap * problem.steps(chunk) + step) * columns
                widths = [self._width(c, columns) for c in range(columns)]
                vectors = [self._vector(weights, at + c, width) for c, width in enumerate(widths)]
                for r in pixels:
                    shift = (r * problem.strides[1] + tap * problem.dilations[1]) * problem.source.pixel
                    shift += k * problem.source.channel
                    wide = self._broadcast(base, shift, self.tile.lanes, alone=k + 1 == chunk)
                    for c in range(columns):
                        if vectors[c].lanes != wide.lanes:
                            wide = self._broadcast(twin, shift, widths[c], alone=k + 1 == chunk)
                        flat[r * columns + c] = self._multiply_add(wide, vectors[c], flat[r * columns + c])
                        if not b.target.fma:
                            # Products are values of their own here: one at a time.
                            base = self._after(base, flat[r * columns + c])
        return flat

    def _vector(self, weights: Ir, number: int, width: int) -> Ir:
        """A vector of weights, or its first ``width`` lanes: floats, or pairs of bfloats."""
        b, size, dtype = self.b, self.vector_size, self.problem.weights
        pointer = b.gep(weights, b.index(number * size))
        if self.problem.pair == 2:
            return b.load(vector("bfloat", 2 * width), pointer, size)
        return from_memory(b, b.load(vector(LLVM_TYPES[dtype], width), pointer, size), dtype)

    def _broadcast(self, base: Ir, shift: int, lanes: int, *, alone: bool) -> Ir:
        """The input element ``shift`` elements on in every lane, with its neighbour where channels are multiplied in
        pairs. Beside the last of an odd number (``alone``) is a zero: what lies there may be no number."""
        b, dtype = self.b, self.problem.source.dtype
        address = b.emit("ptr", f"getelementptr i8, {base}, i64 {dtype.size * shift}")
        if self.problem.pair == 1:
            return b.splat(from_memory(b, b.load(LLVM_TYPES[dtype], address, dtype.size), dtype), lanes)
        pair = b.convert(b.load("i16", address, 2), "i32", signed=False) if alone else b.load("i32", address, 2)
        return b.bitcast(b.splat(pair, lanes), vector("bfloat", 2 * lanes))

    def _multiply_add(self, x: Ir, weights: Ir, total: Ir) -> Ir:
        b = self.b
        if self.problem.pair == 1:
            return b.fma(x, weights, total)
        return b.intrinsic(b.target.dot_bfloat, total.type, total, weights, x, suffix=f"{32 * total.lanes}")

    def _channelwise_taps(self, source: Ir, weights: Ir, flat: list[Ir], segment: Segment) -> list[Ir]:
        """One kernel row: a vector of channels a pixel and tap; neighbouring taps share what they read."""
        b, problem, lanes = self.b, self.problem, self.tile.lanes
        dtype, size = problem.source.dtype, 4 * lanes
        known: dict[int, Ir] = {}
        for tap in range(problem.kernel[1]):
            vector_weights = b.load(self.kind, b.gep(weights, b.index(tap * size)), size)
            for r in range(segment.rows):
                if tap not in segment.taps[r]:
                    continue
                shift = (r * problem.strides[1] + tap * problem.dilations[1]) * problem.source.pixel * dtype.size
                if shift not in known:
                    address = b.emit("ptr", f"getelementptr i8, {source}, i64 {shift}")
                    loaded = b.load(vector(LLVM_TYPES[dtype], lanes), address, dtype.size * lanes)
                    known[shift] = from_memory(b, loaded, dtype)
                flat[r] = b.fma(known[shift], vector_weights, flat[r])
        return flat

    def _opaque(self, pointer: Ir) -> Ir:
        """The same address, unknown to the optimiser: neighbouring taps read the same elements for other pixels, and
        keeping those in registers from tap to tap would spill the accumulators."""
        return self.b.emit("ptr", f'call ptr asm "", "=r,0"({pointer})')

    def _after(self, pointer: Ir, value: Ir) -> Ir:
        """The same address, known only once ``value`` is: the next weights are not loaded before the registers of the
        last ones are free."""
        kind = self.b.target.inline_register_class
        return self.b.emit("ptr", f'call ptr asm "", "=r,0,{kind}"({pointer}, {value})')
