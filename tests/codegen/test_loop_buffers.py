"""Where buffers put their elements."""

from __future__ import annotations

import itertools

import pytest

from dldt.codegen.loop.buffers import PLAIN, Buffer, Layout
from dldt.compiler.dims import FreeDim, symbol
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import DType

SHAPES = [(2, 3), (1, 16, 3), (2, 17, 3, 2), (1, 33, 2, 2, 2), (3, 8, 1, 5)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("block", [0, 4, 8, 16])
def test_every_element_has_a_place_of_its_own(shape, block):
    buffer = Buffer("x", DType.f32, shape, Layout(block))
    offsets = [buffer.offset(index) for index in itertools.product(*map(range, shape))]
    assert len(set(offsets)) == len(offsets)
    assert min(offsets) == 0
    assert max(offsets) < buffer.elements


def test_plain_is_c_order():
    assert Buffer("x", DType.f32, (2, 3, 4), PLAIN).offset((1, 2, 3)) == 23


def test_blocked_keeps_a_block_of_channels_innermost():
    buffer = Buffer("x", DType.f32, (1, 20, 2, 3), Layout(16))
    assert buffer.physical_shape == (1, 2, 2, 3, 16)
    assert buffer.offset((0, 5, 0, 0)) == 5
    assert buffer.offset((0, 5, 0, 1)) == 16 + 5
    assert buffer.offset((0, 17, 1, 2)) == ((1 * 2 + 1) * 3 + 2) * 16 + 1


@pytest.mark.parametrize("block", [0, 8])
def test_offsets_of_symbolic_indices_agree_with_those_of_numbers(block):
    n = symbol("N")
    i, c, w = symbol("i", 0, n - 1), symbol("c", 0, 19), symbol("w", 0, 2)
    buffer = Buffer("x", DType.f32, (n, 20, 3), Layout(block))
    offset = buffer.offset((i, c, w))
    fixed = Buffer("x", DType.f32, (4, 20, 3), Layout(block))
    for index in itertools.product(range(4), range(20), range(3)):
        values = dict(zip(map(FreeDim, "icwN"), (*index, 4), strict=True))
        assert evaluate(offset, values) == fixed.offset(index)


def test_a_blocked_axis_split_in_two_loops_has_no_quotient():
    outer, inner = symbol("o", 0, 3), symbol("l", 0, 15)
    buffer = Buffer("x", DType.f32, (1, 64, 7, 7), Layout(16))
    assert buffer.offset((0, 16 * outer + inner, 2, 3)) == 7 * 7 * 16 * outer + (2 * 7 + 3) * 16 + inner
