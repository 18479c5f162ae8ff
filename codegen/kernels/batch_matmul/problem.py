"""A product of two matrices in memory, as its micro-kernel sees it."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.loop.variables import batch_variable
from dldt.compiler.dims import Dim, ceildiv
from dldt.compiler.types import DType, Shape


@attrs.frozen
class Matrix:
    """How an operand lies in memory, in elements. ``origin`` is the offset of its element (0, 0) as a function of the
    batch variables. ``line`` is the stride along the product's rows (of b: columns), ``depth`` the stride along the
    inner dim."""

    origin: Dim
    line: Dim
    depth: Dim


@attrs.frozen
class Product:
    """y[batch.., i, j] = Σ_k a[batch.., i, k] · b[batch.., k, j] for ``rows`` i, ``columns`` j, ``depth`` k."""

    batch: Shape
    rows: Dim
    columns: Dim
    depth: Dim
    a: Matrix
    b: Matrix
    arithmetic: Arithmetic = F32
    """The types that are multiplied and summed."""
    stored: tuple[DType, DType] = (F32.data, F32.data)
    """The types of the two matrices in memory."""

    @property
    def batch_index(self) -> tuple[Dim, ...]:
        """The index of a matrix in the batch; 0 for a dim of one element."""
        return tuple(0 if d == 1 else batch_variable(k).within(0, d - 1) for k, d in enumerate(self.batch))


@attrs.frozen
class ProductTile:
    """A register tile of ``rows`` by ``columns`` vectors of ``lanes`` elements, with ``chunk`` steps of the inner dim
    unrolled: a step is as many elements as one lane multiplies. A unit of work is ``strip`` rows (a multiple of
    ``rows``) of one column tile. With ``packed`` the tile's columns of b are first copied to scratch memory, in the
    order in which the tile reads them."""

    rows: int
    columns: int
    lanes: int
    chunk: int
    strip: int
    packed: bool
    arithmetic: Arithmetic = F32

    @property
    def name(self) -> str:
        """The tile's sizes as a name."""
        spec = f"{self.rows}x{self.columns}x{self.lanes}_k{self.chunk}{'_packed' * self.packed}"
        return self.arithmetic.named("product", spec)

    @property
    def width(self) -> int:
        """Columns of a tile."""
        return self.columns * self.lanes

    def panels(self, product: Product) -> Dim:
        """The number of column tiles; the last one may be narrower."""
        return ceildiv(product.columns, self.width)

    def strips(self, product: Product) -> Dim:
        """Units of work in a column tile."""
        return ceildiv(product.rows, self.strip)

    def scratch(self, product: Product) -> int:
        """Bytes of the packed columns."""
        if not self.packed:
            return 0
        assert isinstance(product.depth, int)
        return self.arithmetic.steps(product.depth) * self.arithmetic.vector_size(self.width)
