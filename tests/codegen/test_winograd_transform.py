"""The matrices of Winograd's algorithm, its butterflies and its packed filters, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Source
from dldt.codegen.kernels.winograd.choose import F2, FORMS
from dldt.codegen.kernels.winograd.form import WinogradForm, filters_size, pack_filters
from dldt.codegen.kernels.winograd.line import Winograd
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir

LINES = [*dict.fromkeys(form.columns for form in FORMS), Winograd(4, (1.0, 2.0))]

SUMS = {(1, 1): 0, (4, 1): 4, (5, 1): 10, (6, 1): 12, (7, 1): 21, (8, 1): 24, (9, 1): 36, (7, 2): 4, (11, 2): 12}
"""Vector operations by hand, by the inputs of a line and its stride."""


@pytest.mark.parametrize("form", [*FORMS, WinogradForm(LINES[-1], LINES[-1])], ids=str)
def test_a_tile_is_the_convolution(form):
    rng = np.random.default_rng(7)
    (height, width), (m, n), (down, across) = form.kernel, form.outputs, form.strides
    d = rng.standard_normal(((m - 1) * down + height, (n - 1) * across + width))
    g = rng.standard_normal(form.kernel)
    expected = [
        [sum(d[y * down + i, x * across + j] * g[i, j] for i in range(height) for j in range(width)) for x in range(n)]
        for y in range(m)
    ]
    rows, columns = form.rows, form.columns
    filters = form.filters(g[None, None])[..., 0, 0]
    assert filters.size == form.different
    filters = np.pad(filters, [(0, line.size - line.filters) for line in (rows, columns)], "edge")
    products = filters * (rows.input_matrix() @ d @ columns.input_matrix().T)
    found = rows.output_matrix() @ products @ columns.output_matrix().T
    assert np.abs(found - expected).max() < 1e-12


def test_the_matrices_of_two_results_are_those_of_the_book():
    """Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, section 4.1 (their signs of row 1 turned)."""
    assert F2.rows.input_matrix().tolist() == [[-1, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]]
    assert F2.rows.output_matrix().tolist() == [[1, 1, 1, 0], [0, 1, -1, 1]]
    assert F2.rows.filter_matrix().tolist() == [[-1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]


class Arithmetic(Builder):
    """Computes with numbers (the name of a value is its number) and counts."""

    count = 0

    def binary(self, opcode, a, b):
        self.count += 1
        x, y = float(a.name), float(b.name)
        return Ir("float", repr({"fadd": x + y, "fsub": x - y, "fmul": x * y}[opcode]))

    def fma(self, a, b, c):
        self.count += 1
        return Ir("float", repr(float(a.name) * float(b.name) + float(c.name)))

    def like(self, x, value):
        return Ir(x.type, repr(value))


@pytest.mark.parametrize("form", LINES, ids=str)
def test_butterflies_are_the_matrices(form):
    values = np.random.default_rng(3).standard_normal(form.size)
    given = [Ir("float", repr(float(v))) for v in values]
    b = Arithmetic(resolve_target("x86-64-v3"))
    phases = [phase.transform(b, given[phase.first :: phase.step]) for phase in form.phases]
    inputs = [float(v.name) for phase in phases for v in phase]
    assert b.count == form.sums == SUMS[form.size, form.stride]
    outputs = [float(v.name) for v in form.output_transform(b, given)]
    assert np.allclose(inputs, form.input_matrix() @ values, rtol=0, atol=1e-12)
    assert np.allclose(outputs, form.output_matrix() @ values, rtol=0, atol=1e-12)


def test_packed_filters_lie_as_they_are_streamed():
    """[column tile][tap][chunk of inputs][input of the chunk][output of the tile], the last tile narrower."""
    weights = np.random.default_rng(1).standard_normal((1, 10, 3, 3, 3)).astype(np.float32)
    pair = (1, 1)
    problem = Problem(1, 1, 3, 10, (3, 3), pair, pair, pair, (8, 8), (8, 8), Source(256, 32, 4, 1, 4, 256))
    tile = RegisterTile(rows=2, columns=2, chunk=2, lanes=4)
    data = np.frombuffer(b"".join(pack_filters(weights, F2, problem, tile)), np.float32)
    assert data.nbytes == filters_size(F2, problem, tile)
    g = F2.rows.filter_matrix()
    wanted = np.zeros((16, 3, 12))
    wanted[:, :, :10] = np.einsum("ai,bj,ocij->abco", g, g, weights[0].astype(np.float64)).reshape(16, 3, 10)
    first, last = data[: 16 * 3 * 8].reshape(16, 3, 8), data[16 * 3 * 8 :].reshape(16, 3, 4)
    assert np.allclose(first, wanted[:, :, :8], atol=1e-6)
    assert np.allclose(last, wanted[:, :, 8:], atol=1e-6)
