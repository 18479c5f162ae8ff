"""How Winograd's algorithm splits a convolution: blocks of tiles, the register tile of the products, scratch memory."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Source
from dldt.codegen.kernels.winograd.form import WinogradForm
from dldt.compiler.dims import Dim, ceildiv


@attrs.frozen
class WinogradPlan:
    """``block`` tiles (a multiple of ``tile.rows``), which may span images, share one pass over the filters. The shared
    range runs over blocks of tiles × column tiles. The scratch memory of a thread, in elements::

        V [taps][input blocks][block][lanes]   transformed inputs, each tap's part ``slab`` long
        M [columns][block][taps][lanes]        products of one column tile
        P [rows.size][columns.size][lanes]     a tile with its zeros at the border
    """

    form: WinogradForm
    tile: RegisterTile
    block: int
    prefetch: bool = False
    """Whether the filters come from beyond the second-level cache and are prefetched."""

    fused: bool = False
    """Whether products are summed as part of the output transform and never stored, one vector of output channels at a
    time; for few input channels. Then there is no M."""

    @property
    def name(self) -> str:
        """The plan's sizes as a name."""
        (down, across), tile = self.form.outputs, self.tile
        stride = "" if self.form.strides == (1, 1) else "s{}x{}".format(*self.form.strides)
        spec = f"{down}x{across}{stride}_{tile.rows}x{tile.columns}x{tile.lanes}_t{self.block}"
        return self.form.arithmetic.named("winograd", spec)

    def tiles(self, problem: Problem) -> tuple[Dim, Dim]:
        """Rows and columns of tiles that cover an image."""
        (rows, pixels), (down, across) = problem.output, self.form.outputs
        return ceildiv(rows, down), ceildiv(pixels, across)

    def blocks(self, problem: Problem) -> Dim:
        """Blocks of tiles over all images; the last one may be smaller."""
        return ceildiv(self.all_tiles(problem), self.block)

    def extent(self, problem: Problem) -> Dim:
        """The range that threads share."""
        return self.blocks(problem) * self.tile.panels(problem)

    def product(self, problem: Problem) -> Problem:
        """The product of one tap: tiles by output channels, over the input channels."""
        lanes, block = self.tile.lanes, self.block
        return attrs.evolve(
            problem,
            batch=1,
            kernel=(1, 1),
            strides=(1, 1),
            pads=(0, 0),
            space=(1, block),
            output=(1, block),
            source=Source(0, 0, lanes, 1, lanes, block * lanes, self.form.arithmetic.data),
            arithmetic=self.form.arithmetic,
        )

    def slab(self, problem: Problem) -> int:
        """Elements between consecutive taps of V: an odd number of vectors, so that the taps do not all alias in one
        cache set."""
        vectors = -(-problem.inputs // self.tile.lanes) * self.block
        return (vectors | 1) * self.tile.lanes

    def areas(self, problem: Problem) -> tuple[int, int, int]:
        """The offsets of M and P, and the end of scratch memory, in elements."""
        form, lanes = self.form, self.tile.lanes
        products = form.taps * self.slab(problem)
        patch = products + (0 if self.fused else self.tile.columns * self.block * form.taps * lanes)
        return products, patch, patch + form.taps * lanes

    def operations(self, problem: Problem) -> Dim:
        """The operations actually performed, two for each multiply-add: the products, and the transforms' vector
        operations, each of which takes the place of a multiply-add."""
        form, (rows, columns) = self.form, self.tiles(problem)
        inputs = form.input_sums * problem.inputs
        outputs = form.output_sums * problem.outputs
        each = form.taps * problem.inputs * problem.outputs + inputs + outputs
        return problem.batch * (2 * rows * columns * each)

    def all_tiles(self, problem: Problem) -> Dim:
        """The number of tiles that cover all images: the same for all plans whose tiles have as many outputs."""
        rows, columns = self.tiles(problem)
        return problem.batch * (rows * columns)

    def passed(self, problem: Problem, tiles: Dim | None = None) -> Dim:
        """Bytes that pass through scratch memory: V is written once and read for every column tile; M is written and
        read. ``tiles``: ``all_tiles``, where the caller has it."""
        inputs = problem.inputs * (1 + self.tile.panels(problem))
        products = 0 if self.fused else 2 * problem.outputs
        each = self.form.arithmetic.data.size * self.form.taps * (inputs + products)
        return (self.all_tiles(problem) if tiles is None else tiles) * each

    def scratch(self, problem: Problem) -> int:
        """Bytes of scratch memory of a thread, a multiple of 64."""
        return -(-self.areas(problem)[-1] * self.form.arithmetic.data.size // 64) * 64
