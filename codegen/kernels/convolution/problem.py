"""A contraction as the micro-kernels see it: a convolution over groups, channels and taps. A matrix product is a
convolution of a single tap whose pixels are its rows."""

from __future__ import annotations

from bisect import bisect_right

import attrs

from dldt.codegen.kernels.typical_sizes import TypicalSizes
from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.loop.reach import Reach
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, ceildiv, symbols
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import DType


@attrs.frozen
class Source:
    """How the input lies in memory: strides of batch, row, pixel and channel, in elements. Channels lie in blocks of
    ``block``, ``channel`` apart within a block; the blocks are ``outer`` apart. Without blocks ``block`` is 0. The
    first element is at offset ``start``."""

    batch: Dim
    row: Dim
    pixel: int
    channel: Dim
    block: int = 0
    outer: Dim = 0
    dtype: DType = F32.data
    start: Dim = 0


@attrs.frozen
class Problem:
    """The sizes of one contraction. Channels are those of one group. Pads are those at the beginning, and may be
    negative in a phase of a transposed convolution. ``space`` and ``output`` are (rows, pixels)."""

    batch: Dim
    groups: int
    inputs: int
    outputs: int
    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    pads: tuple[Dim, Dim]
    space: tuple[Dim, Dim]
    output: tuple[Dim, Dim]
    source: Source
    channelwise: bool = False
    """Whether each output channel reads only its own input channel. Then the lanes of a vector are channels of both
    (``inputs`` is 1, ``groups`` is 1, ``outputs`` counts the channels)."""
    arithmetic: Arithmetic = F32
    """The types that are multiplied and summed. Data that lie in memory in another type are converted to them."""

    shuffle: int = 1
    """Above 1, the input is read as if shuffled (ShuffleChannels): channel ``q``, counted over all groups, is channel
    ``(q % shuffle) * (channels // shuffle) + q // shuffle`` of the source."""
    by_rows: bool = False
    """Whether work is done row by row, all channels of each row. Then the pixels of a pointwise problem are not treated
    as one long row, and Winograd's algorithm, whose tiles span several rows, cannot be used."""
    computed: bool = False
    """Whether the weights are computed: they lie [groups, vectors, inputs, kernel rows, kernel columns, lanes] then."""
    cold: bool = False
    """Whether the weights come from memory at every inference, because the model's weights are more than the caches
    hold."""

    @property
    def depth(self) -> int:
        """Multiply-adds for each output element."""
        return self.inputs * self.kernel[0] * self.kernel[1]

    @property
    def is_pointwise(self) -> bool:
        """Whether there is one tap, without padding or stride: then all rows can be treated as one long row of
        pixels."""
        plain = self.kernel == (1, 1) and self.strides == (1, 1) and self.pads == (0, 0)
        return plain and not self.channelwise and not self.by_rows and self.output == self.space

    @property
    def is_sized(self) -> bool:
        """Whether the sizes of an image are known."""
        source = self.source
        found = (*self.space, *self.output, *self.pads, source.row, source.channel, source.outer, source.start)
        return all(isinstance(dim, int) for dim in found)

    def assumed(self, sizes: TypicalSizes) -> Problem:
        """The problem for which choices are made: dims that are not known have typical sizes."""
        if self.is_sized and isinstance(self.batch, int):
            return self
        source = self.source
        (rows, pixels), (high, wide), (above, left) = self.space, self.output, self.pads
        return attrs.evolve(
            self,
            batch=sizes.of(self.batch),
            space=(sizes.of(rows), sizes.of(pixels)),
            output=(sizes.of(high), sizes.of(wide)),
            pads=(_pad(above, sizes), _pad(left, sizes)),
            source=attrs.evolve(
                source,
                batch=sizes.of(source.batch),
                row=sizes.of(source.row),
                channel=sizes.of(source.channel),
                outer=sizes.of(source.outer),
                start=sizes.of(source.start),
            ),
        )

    def dims(self) -> tuple[Dim, ...]:
        """All sizes and places that may be symbolic."""
        source = self.source
        places = (source.batch, source.row, source.channel, source.outer, source.start)
        return (self.batch, *self.space, *self.output, *self.pads, *places)

    @property
    def reach(self) -> Reach:
        """The input rows that output rows depend on."""
        assert isinstance(self.pads[0], int)
        return Reach(self.strides[0], self.pads[0], (self.kernel[0] - 1) * self.dilations[0] + 1)

    def vectors(self, lanes: int) -> int:
        """Vectors of output channels in a group."""
        return -(-self.outputs // lanes)

    def pixels(self) -> Dim:
        """Output elements in a channel."""
        return self.output[0] * self.output[1]

    def operations(self) -> Dim:
        """The operations actually performed, two for each multiply-add; taps in the padding are skipped."""
        return 2 * self.batch * self.groups * self.outputs * self.inputs * (self._taps(0) * self._taps(1))

    def _taps(self, axis: int) -> Dim:
        """The number of taps inside the input, summed over all positions along an axis; all taps count where a size is
        free."""
        space, output, kernel = self.space[axis], self.output[axis], self.kernel[axis]
        if not isinstance(space, int) or not isinstance(output, int):
            return output * kernel
        stride, shifts = self.strides[axis], (self.pads[axis] - k * self.dilations[axis] for k in range(kernel))
        return sum(max(0, min(output, -(-(space + s) // stride)) - max(0, -(-s // stride))) for s in shifts)


@attrs.frozen
class RegisterTile:
    """A register tile of ``rows`` pixels by ``columns`` vectors of output channels, with ``chunk`` input channels
    unrolled."""

    rows: int
    columns: int
    chunk: int
    lanes: int

    @property
    def name(self) -> str:
        """The tile's sizes as a name, without its arithmetic."""
        return self._named(F32)

    def algorithm(self, problem: Problem) -> str:
        """The tile's name together with the problem's arithmetic."""
        return self._named(problem.arithmetic)

    def _named(self, arithmetic: Arithmetic) -> str:
        return arithmetic.named("conv", f"{self.rows}x{self.columns}x{self.lanes}_k{self.chunk}")

    def panels(self, problem: Problem) -> int:
        """Column tiles in a group; the last one may be narrower."""
        return -(-problem.vectors(self.lanes) // self.columns)

    def half_last(self, problem: Problem, target: Target) -> bool:
        """Whether half of the last vector's lanes are enough, and half vectors cost less."""
        fills = 0 < problem.outputs % self.lanes <= self.lanes // 2
        return target.has_half_vectors and not problem.channelwise and fills

    def last_columns(self, problem: Problem) -> int:
        """The number of vectors in the last column tile."""
        return problem.vectors(self.lanes) - (self.panels(problem) - 1) * self.columns


@attrs.frozen
class Segment:
    """``count`` tiles of ``rows`` pixels each, from pixel ``start`` on, that all read the same taps: ``taps[r]`` are
    the kernel columns that lie inside the input for pixel ``r`` of a tile."""

    start: int
    rows: int
    count: int
    taps: tuple[tuple[int, ...], ...]


def segments(problem: Problem, rows: int) -> list[Segment]:
    """The row of output pixels cut into tiles, with runs of equal tiles joined. The pixel count must be known."""
    total, width = problem.output[1], problem.space[1]
    assert isinstance(total, int)
    assert isinstance(width, int)
    found: list[Segment] = []
    ends, start = _tap_changes(problem, total, width), 0
    while start < total:
        size = min(rows, total - start)
        taps = tuple(_valid_taps(problem, start + r, width) for r in range(size))
        same = ends[bisect_right(ends, start)] - start
        count = max(1, same // size) if size == rows else 1
        last = found[-1] if found else None
        if last is not None and (last.rows, last.taps) == (size, taps):
            found[-1] = attrs.evolve(last, count=last.count + count)
        else:
            found.append(Segment(start, size, count, taps))
        start += size * count
    return found


def _tap_changes(problem: Problem, total: int, width: int) -> list[int]:
    """The pixels of a row that read other taps than the pixel before them, and the row's end."""
    stride, pad, dilation = problem.strides[1], problem.pads[1], problem.dilations[1]
    assert isinstance(pad, int)
    edges = (edge + pad - k * dilation for k in range(problem.kernel[1]) for edge in (0, width))
    changes = {-(-edge // stride) for edge in edges}
    return [*sorted(pixel for pixel in changes if 0 < pixel < total), total]


def _valid_taps(problem: Problem, pixel: int, width: int) -> tuple[int, ...]:
    first = pixel * problem.strides[1] - problem.pads[1]
    return tuple(k for k in range(problem.kernel[1]) if 0 <= first + k * problem.dilations[1] < width)


def _pad(pad: Dim, sizes: TypicalSizes) -> int:
    return pad if isinstance(pad, int) else evaluate(pad, {s: sizes.of(s.dim) for s in symbols(pad)})


def spatial_units(problem: Problem, tile: RegisterTile) -> Dim:
    """Units of work in a channel tile: output rows, or tiles of the one long row of a pointwise problem."""
    if problem.is_pointwise:
        return ceildiv(problem.pixels(), tile.rows)
    return problem.output[0]
