"""What cannot be lowered, and what the user is told."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.loop.lower.access import RULES, Access
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.types import DType, TensorType
from tests.codegen.lowered import lower


def _t(*shape, dtype=DType.f32):
    return TensorType(dtype, shape)


def _constant(*values, dtype="i8"):
    array = np.array(values, dtype)
    return TensorType(DType.of(array.dtype), array.shape, constant=array).with_value(array)


def _refused(op, outputs, *types):
    """Lower with types that infer never saw, as if the content became unknown after it ran."""
    accesses = [Access(t, lambda index: pytest.fail("read at run time")) for t in types]
    RULES[type(op)].lower(op, outputs, *accesses)


def test_an_unknown_shape_input_is_refused_by_name():
    unknown = _t(2, dtype=DType.i64)
    with pytest.raises(UnsupportedError, match=r"^Transpose: order is computed from the data at run time; .*fixing"):
        _refused(ops.Transpose(), (_t(3, 2),), _t(2, 3), unknown)


def test_a_symbol_where_a_number_is_needed_is_refused_by_name():
    axes = attrs.evolve(_t(1, dtype=DType.i64), value=(symbol("N"),))
    with pytest.raises(UnsupportedError, match="ReduceSum: axes holds the symbolic dimension N; fix the model's input"):
        _refused(ops.ReduceSum(), (_t(2),), _t(2, 3), axes)


def test_unknown_scales_are_refused_by_name():
    op = ops.Interpolate("nearest", "scales")
    types = _t(1, 1, 4, 4), _t(4, dtype=DType.i64), _t(4)
    with pytest.raises(UnsupportedError, match="Interpolate: scales is computed from the data at run time"):
        _refused(op, (_t(1, 1, 8, 8),), *types)


def test_a_resize_whose_direction_is_unknown_is_refused():
    op = ops.Interpolate("linear", "sizes", antialias=True)
    sizes, scales, axes = _constant(8), _constant(1, dtype="f4"), _constant(2)
    with pytest.raises(UnsupportedError, match="whether axis 2 of H elements shrinks when it becomes 8 must be known"):
        lower(op, (_t(1, 1, symbol("H")), sizes, scales, axes))
