"""Direct convolutions, summed by register tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from dldt.codegen.kernels.convolution.build import Sums, contraction_kernel
from dldt.codegen.kernels.convolution.choose_arithmetic import choose_arithmetic, smaller_arithmetic
from dldt.codegen.kernels.convolution.emit import emit_contraction
from dldt.codegen.kernels.convolution.match import convolution_parts
from dldt.codegen.kernels.convolution.pack import column_size, packed_size, packing
from dldt.codegen.kernels.convolution.part import ContractionPart, data_of, multiplied
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, spatial_units
from dldt.codegen.kernels.convolution.tiles import choose_tile, direct_cycles, is_narrow, narrow_tile, tile_rows, tiles
from dldt.codegen.kernels.convolution.tuning_key import TuningKey
from dldt.codegen.kernels.convolution.views import is_channelwise, reads_pixels, reads_shuffled
from dldt.codegen.kernels.convolution.weights import relative_cycles
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.register_tiles import CODE_LIMIT
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.loop.schedule import Outermost, WrittenOut
from dldt.codegen.task.implementation import Chosen, Implementation, Part, Rows
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array


class ConvolutionFamily(Family):
    """Sums one register tile, pixels by vectors of output channels, over channels and taps at a time."""

    name = "convolution"
    blocks = True
    records: tuple[type, ...] = (RegisterTile,)

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return node.op.has(Trait.CONVOLUTION)

    def reads_through(self, value: Value, node: Node, fusion: Fusion) -> bool:
        """See Family."""
        return reads_shuffled(value, node, fusion) or reads_pixels(value, node, fusion)

    def wants_blocks(self, node: Node) -> bool:
        """Bytes are multiplied several channels at a time: in blocks these are adjacent. Where each channel is read by
        one of the result, the lanes of a vector are channels."""
        images = node.inputs[0]
        kind = multiplied(node)
        if images is None or not self.anchors(node) or kind is None:
            return False
        if kind.is_float:
            return is_channelwise(node) and images.type.rank in (3, 4)
        if not node.op.has(Trait.CONVOLUTION):
            return False  # the channels of a matrix are its columns, which are adjacent
        _, channels, *space = images.type.shape
        return channels != 1 and any(dim != 1 for dim in space)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        return convolution_parts(task, on)

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        assert isinstance(part, ContractionPart)
        arithmetic, remark = choose_arithmetic(part, on)
        tile = _tile(part, arithmetic, on)
        return self._estimate(part, asked(part, arithmetic, on), tile, arithmetic, on, remark)

    def dims(self, part: Part) -> Sequence[Dim]:
        """Images, rows and pixels."""
        assert isinstance(part, ContractionPart)
        found = (part.problem.batch, *part.problem.output)
        return () if all(isinstance(dim, int) for dim in found) else found

    def cycles(self, part: Part, made: Implementation, on: Setting) -> float:
        """See Family. Each tile of pixels reads its weights again, from the second-level cache where the first one does
        not keep them; half of that is hidden behind the multiply-adds."""
        assert isinstance(part, ContractionPart)
        tile, target = made.tile, on.target
        assert isinstance(tile, RegisterTile)
        problem = asked(part, made.arithmetic, on)
        near = tile.columns * column_size(problem, tile) <= target.l1 // 2
        passes = 0 if near else tile_rows(problem, tile) - 1
        again = passes * packed_size(problem, tile) / (2 * target.cpu.bandwidth.l2)
        stored = attrs.evolve(part.problem, arithmetic=made.arithmetic)
        share = relative_cycles(stored, target, on.streamed, on.sizes) if made.arithmetic.widened else 1.0
        return (direct_cycles(problem, tile, target) + again) * share

    def options(self, part: Part, on: Setting) -> Sequence[Estimate]:
        """See Family. Weights that fewer bits hold exactly are smaller, but take time to widen."""
        assert isinstance(part, ContractionPart)
        best = self.best(part, on)
        if best is None:
            return ()
        row = smaller_arithmetic(part, on)
        return (best,) if row in (None, best.implementation.arithmetic) else (best, self._narrowed(part, best, row, on))

    def candidates(self, part: Part, on: Setting) -> Iterator[Estimate]:
        """See Family."""
        assert isinstance(part, ContractionPart)
        arithmetic, remark = choose_arithmetic(part, on)
        problem, row = asked(part, arithmetic, on), smaller_arithmetic(part, on)
        across = _is_across(part, on)
        for tile in [narrow_tile(problem, on.target)] if across else tiles(problem, on.target):
            found = self._estimate(part, problem, tile, arithmetic, on, remark)
            yield found
            if row not in (None, arithmetic):
                yield self._narrowed(part, found, row, on)

    def key(self, part: Part, on: Setting, rivals: Sequence[str] = ()) -> str | None:
        """See Family."""
        assert isinstance(part, ContractionPart)
        untold = _is_across(part, on) or part.problem.computed
        return None if untold else _key(part, on, winograd="winograd" in rivals)

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """A direct convolution of images runs row by row if its weights stay in the cache together with the rows."""
        assert isinstance(part, ContractionPart)
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or anchor.types[0].rank != 4 or anchor.inputs[0] not in task.inputs:
            return None
        if part.problem.computed or not isinstance(part.problem.pads[0], int):
            return None
        if part.problem.space != data_of(task, anchor).type.shape[2:]:
            return None  # rows and pixels are exchanged
        rowwise = attrs.evolve(part, problem=attrs.evolve(part.problem, by_rows=True))
        best = self.best(rowwise, on)
        if best is None or packed_size(rowwise.problem, best.implementation.tile) > on.target.l2 // 2:
            return None
        rows = rows_of(rowwise, best.implementation.tile)
        return attrs.evolve(best, implementation=attrs.evolve(best.implementation, rows=rows))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, made = chosen.part, chosen.implementation
        assert isinstance(part, ContractionPart)
        problem, tile = attrs.evolve(part.problem, arithmetic=made.arithmetic), made.tile
        assert isinstance(tile, RegisterTile)
        units = spatial_units(problem, tile)
        sums = Sums(
            emitter=emit_contraction,
            arguments=(problem, tile, made.schedule),
            extent=problem.batch * problem.groups * tile.panels(problem) * units,
            packed=packing(part, problem, tile),
            operations=problem.operations(),
        )
        across = _is_across(part, on)
        return [contraction_kernel(task, attrs.evolve(part, problem=problem), made, tile, sums, across=across)]

    def _estimate(
        self,
        part: ContractionPart,
        problem: Problem,
        tile: RegisterTile,
        arithmetic: Arithmetic,
        on: Setting,
        remark: str,
    ) -> Estimate:
        carried = attrs.evolve(problem, arithmetic=arithmetic)
        # Small weights stay in the second-level cache while the image streams through it. Large ones are streamed once,
        # and so are those of a smaller image that the first-level cache nearly holds.
        size = packed_size(carried, tile)
        near = _image_size(problem) <= min(size, 2 * on.target.l1)
        small = problem.by_rows or (size <= on.target.l2 // 2 and not near)
        schedule = (Outermost("pixels" if small else "channels"), WrittenOut(CODE_LIMIT))
        made = Implementation(self.name, tile.algorithm(carried), tile, schedule, arithmetic)
        cycles, shape = direct_cycles(problem, tile, on.target), (tile.rows, tile.columns)
        return Estimate(cycles, made, remark, shape=shape, packing=packing(part, carried, tile))

    def _narrowed(self, part: ContractionPart, plain: Estimate, row: Arithmetic, on: Setting) -> Estimate:
        """The same with weights in fewer bits, which are widened in registers."""
        problem = attrs.evolve(part.problem, arithmetic=row)
        tile = _tile(part, row, on) if row.held else plain.implementation.tile
        made = attrs.evolve(plain.implementation, tile=tile, algorithm=tile.algorithm(problem), arithmetic=row)
        cycles = plain.cycles * relative_cycles(problem, on.target, on.streamed, on.sizes)
        shape = (tile.rows, tile.columns)
        return attrs.evolve(
            plain, cycles=cycles, implementation=made, shape=shape, packing=packing(part, problem, tile)
        )

    def reference(self, problem: Problem, *operands: Array) -> Array:
        """The sums in double precision. ``operands``: images [batch, groups * inputs, rows, pixels] and weights
        [groups, outputs, inputs, kernel rows, kernel columns] → [batch, groups * outputs, rows, pixels]."""
        images, weights = (x.astype(np.float64) for x in operands)
        if problem.channelwise:
            weights = weights.reshape(problem.outputs, 1, 1, *weights.shape[-2:])
        groups, outputs, inputs, *kernel = weights.shape
        high, wide = problem.output
        assert isinstance(high, int)
        assert isinstance(wide, int)
        total = np.zeros((images.shape[0], groups, outputs, high, wide))
        apart = images.reshape(images.shape[0], groups, inputs, *images.shape[2:])
        for down in range(kernel[0]):
            for across in range(kernel[1]):
                picked = _picked(_picked(apart, problem, 0, down), problem, 1, across)
                total += np.einsum("ngchw,goc->ngohw", picked, weights[..., down, across])
        return total.reshape(images.shape[0], groups * outputs, high, wide)


def _image_size(problem: Problem) -> int:
    """Bytes of an image; a free size counts as the largest."""
    size = problem.space[0] * problem.space[1] * problem.groups * problem.inputs * problem.source.dtype.size
    return size if isinstance(size, int) else 1 << 62


def _picked(images: Array, problem: Problem, axis: int, tap: int) -> Array:
    """The input that one tap reads along rows (axis 0) or pixels (axis 1), zero outside the image."""
    size, pad, space = problem.output[axis], problem.pads[axis], images.shape[3 + axis]
    assert isinstance(size, int)
    assert isinstance(pad, int)
    places = np.arange(size) * problem.strides[axis] - pad + tap * problem.dilations[axis]
    inside = (places >= 0) & (places < space)
    picked = images.take(np.clip(places, 0, space - 1), axis=3 + axis)
    return np.asarray(picked * inside.reshape((-1, 1) if axis == 0 else (-1,)))


def _key(part: ContractionPart, on: Setting, *, winograd: bool) -> str | None:
    """The facts that decide how a contraction is best carried out, as text."""
    allowed, (arithmetic, _) = on.numerics, choose_arithmetic(part, on)
    problem = _with(part, arithmetic, on)
    key = TuningKey.about(problem, winograd=winograd, weights=allowed.weights, precision=allowed.precision)
    return None if key is None else key.text


def asked(part: ContractionPart, arithmetic: Arithmetic, on: Setting) -> Problem:
    """The problem as the cost model takes it: with the arithmetic, with whether the weights come from memory, and with
    typical sizes in place of unknown ones."""
    return _with(part, arithmetic, on).assumed(on.sizes)


def _with(part: ContractionPart, arithmetic: Arithmetic, on: Setting) -> Problem:
    return attrs.evolve(part.problem, arithmetic=arithmetic.multiplied, cold=on.cold)


def _tile(part: ContractionPart, arithmetic: Arithmetic, on: Setting) -> RegisterTile:
    """The tile that is estimated to be fastest; registers that widening takes are not those of its sums."""
    problem = asked(part, arithmetic, on)
    if _is_across(part, on):
        return narrow_tile(problem, on.target)
    return choose_tile(attrs.evolve(problem, arithmetic=arithmetic) if arithmetic.held else problem, on.target)


def rows_of(part: ContractionPart, tile: RegisterTile) -> Rows:
    """The order of the range of a kernel that runs row by row."""
    problem = part.problem
    return Rows(problem.groups * tile.panels(problem), problem.reach, part.made)


def _is_across(part: ContractionPart, on: Setting) -> bool:
    """Whether vectors of results run along pixels."""
    return not part.blocked and is_narrow(part.problem, on.target)
