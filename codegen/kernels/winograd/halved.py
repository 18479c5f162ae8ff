"""Winograd's minimal filtering for three taps and stride two, in one dimension."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.kernels.winograd.line import Phase, Winograd
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.compiler.types import Array


@attrs.frozen
class Halved:
    """Results 0, 2, 4 … of three taps. Taps 0 and 2 meet even inputs only: that is F(m, 2), computed by ``even``. Tap 1
    meets odd inputs only, with one product for each result, all with the same filter."""

    even: Winograd

    @property
    def outputs(self) -> int:
        """Results of a tile."""
        return self.even.outputs

    @property
    def kernel(self) -> int:
        """The number of taps."""
        return 2 * self.even.kernel - 1

    @property
    def stride(self) -> int:
        """The step in inputs from one result to the next."""
        return 2

    @property
    def size(self) -> int:
        """Inputs of a tile, and as many products of a channel pair: those of even inputs first."""
        return self.even.size + self.outputs

    @property
    def filters(self) -> int:
        """The number of different filters among the products: the last filter serves all products from its own on."""
        return self.even.size + 1

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Even inputs, then odd ones."""
        return Phase(0, 2, self.even), Phase(1, 2, None)

    @property
    def sums(self) -> int:
        """The number of vector operations of one ``input_transform``."""
        return self.even.sums

    @property
    def output_sums(self) -> int:
        """The number of vector operations of one ``output_transform``."""
        return self.even.output_sums + self.outputs

    def input_matrix(self) -> Array:
        """[products, inputs]"""
        matrix = np.zeros((self.size, self.size))
        matrix[: self.even.size, ::2] = self.even.input_matrix()
        matrix[self.even.size :, 1::2] = np.eye(self.outputs)
        return matrix

    def filter_matrix(self) -> Array:
        """[filters, taps]"""
        matrix = np.zeros((self.filters, self.kernel))
        matrix[:-1, ::2] = self.even.filter_matrix()
        matrix[-1, 1] = 1
        return matrix

    def output_matrix(self) -> Array:
        """[results, products]"""
        return np.hstack([self.even.output_matrix(), np.eye(self.outputs)])

    def output_transform(self, b: Builder, m: Sequence[Ir]) -> list[Ir]:
        """Results from products."""
        even = self.even.output_transform(b, m[: self.even.size])
        return [b.add(x, y) for x, y in zip(even, m[self.even.size :], strict=True)]
