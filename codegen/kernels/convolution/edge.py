"""The edges of an image whose size is not known: pixels that read beside it, and tiles that reach past a row's end."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir

ZEROS = 128
"""Bytes of zeros that stand for the inputs beside the image: at least a vector, and at least a chunk of channels."""


@attrs.frozen
class Edge:
    """A register tile at an edge. ``first`` is the input pixel of tap 0 of its first pixel, ``width`` the number of
    pixels in a row of the input, ``left`` the number of pixels of the tile that are part of the output. ``zeros`` is
    where zeros lie."""

    first: Ir
    width: Ir
    left: Ir
    zeros: Ir

    def redirect(self, b: Builder, step: int, place: Ir) -> Ir:
        """``place``, the address of the input ``step`` pixels behind the first one, or that of zeros if it lies beside
        the image."""
        inside = b.compare("lt", b.add(self.first, b.index(step)), self.width, signed=False)
        return b.select(inside, place, self.zeros)


def zeros(b: Builder, problem: Problem) -> Ir:
    """Memory of the function that holds what is multiplied as zeros. To be emitted at its beginning."""
    arithmetic = problem.arithmetic
    # Stored bytes of the other sign are moved by 128 before they are multiplied.
    moved = arithmetic.is_integer and problem.source.dtype is not arithmetic.data
    area = b.emit("ptr", f"alloca [{ZEROS} x i8], align 64")
    b.line(f"store <{ZEROS} x i8> splat (i8 {-128 if moved else 0}), {area}, align 64")
    return area


def heights(rows: int) -> list[int]:
    """The numbers of rows of the tiles that cover what a free number of pixels leaves: ``rows``, and halves of it down
    to 1."""
    found = [rows]
    while found[-1] > 1:
        found.append(-(-found[-1] // 2))
    return found


def left_to_smaller(sizes: Sequence[int]) -> list[int]:
    """For each size of a tile, the most pixels that are left to smaller tiles rather than to one more of it, which
    would be partly empty. A tile of the largest size is taken where the two next sizes do not suffice."""
    following = [*sizes[1:], 0, 0]
    return [min(size - 1, sum(following[k : k + (1 if k else 2)])) for k, size in enumerate(sizes)]
