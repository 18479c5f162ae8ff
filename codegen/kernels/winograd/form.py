"""Winograd's minimal filtering of images: F(m, r) along rows and columns, and filters packed for the products."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.kernels.winograd.halved import Halved
from dldt.codegen.kernels.winograd.line import Winograd
from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.task.packing import Packing
from dldt.compiler.types import Array


@attrs.frozen
class WinogradForm:
    """The line of minimal filtering that is applied along the rows of an image (from one row to the next), and the one
    that is applied along its columns."""

    rows: Winograd | Halved
    columns: Winograd | Halved
    arithmetic: Arithmetic = F32
    """The types of transforms and products. Points that round well in one type may not in another."""

    @property
    def kernel(self) -> tuple[int, int]:
        """The kernel (rows, columns) that the form computes."""
        return self.rows.kernel, self.columns.kernel

    @property
    def outputs(self) -> tuple[int, int]:
        """The results (rows, columns) of a tile."""
        return self.rows.outputs, self.columns.outputs

    @property
    def strides(self) -> tuple[int, int]:
        """The step in inputs (rows, columns) from one result to the next."""
        return self.rows.stride, self.columns.stride

    @property
    def different(self) -> int:
        """The number of different filters among the products of a channel pair."""
        return self.rows.filters * self.columns.filters

    @property
    def taps(self) -> int:
        """The number of products of a channel pair in a tile."""
        return self.rows.size * self.columns.size

    @property
    def input_sums(self) -> int:
        """The number of vector operations that transform the inputs of a tile."""
        return self.rows.sums * self.columns.size + self.columns.sums * self.rows.size

    @property
    def output_sums(self) -> int:
        """The number of vector operations that transform the products of a tile."""
        return self.columns.output_sums * self.rows.size + self.rows.output_sums * self.columns.outputs

    def filters(self, weights: Array) -> Array:
        """[outputs, inputs, kernel rows, columns] → [rows.filters, columns.filters, inputs, outputs], as doubles."""
        down, across = self.rows.filter_matrix(), self.columns.filter_matrix()
        taps = weights.transpose(2, 3, 1, 0).astype(np.float64, order="C")
        high, wide, inputs, outputs = taps.shape
        rows = (down @ taps.reshape(high, -1)).reshape(-1, wide, inputs * outputs)
        return np.asarray(across @ rows).reshape(self.rows.filters, self.columns.filters, inputs, outputs)


@attrs.frozen
class FilterOrder:
    """The order of packed filters: those of ``form``, in column tiles of ``width`` vectors of ``lanes`` output
    channels."""

    form: WinogradForm
    width: int
    lanes: int


def packing(part: ContractionPart, form: WinogradForm, tile: RegisterTile) -> Packing:
    """The filters of ``part`` as the products stream them."""
    problem = part.problem
    order = FilterOrder(form, min(tile.columns, problem.vectors(tile.lanes)), tile.lanes)
    size = filters_size(form, problem, tile)
    return Packing(part.content, order, size, lambda: pack_filters(part.weights(), form, problem, tile))


def pack_filters(weights: Array, form: WinogradForm, problem: Problem, tile: RegisterTile) -> Iterator[memoryview]:
    """The transformed filters, column tile by column tile, and in each the different filters in order: one vector for
    each input and vector of the column tile, padded with zeros."""
    width = tile.columns * tile.lanes
    for panel in range(tile.panels(problem)):
        columns = tile.columns if panel + 1 < tile.panels(problem) else tile.last_columns(problem)
        part = weights[0][panel * width : panel * width + columns * tile.lanes]
        short = columns * tile.lanes - part.shape[0]
        packed = form.arithmetic.stored(form.filters(part))
        if short:
            packed = np.pad(packed, [(0, 0)] * 3 + [(0, short)])
        yield packed.reshape(-1).view(np.uint8).data


def filters_size(form: WinogradForm, problem: Problem, tile: RegisterTile) -> int:
    """Bytes of the packed filters."""
    return form.arithmetic.vector_size(tile.lanes) * form.different * problem.inputs * problem.vectors(tile.lanes)
