"""Windows and resizing over random geometry: the lowered nests give what the operation's definition gives."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import DldtError
from dldt.compiler.ops.interpolate import COORDINATES, MODES, NEAREST
from dldt.compiler.ops.window import AUTO_PADS
from dldt.compiler.types import DType, TensorType
from tests.codegen.lowered import lower, symbols_of
from tests.ops.case import Case

ROUNDS = 16


def _check(op, *arrays, constants=(), tolerance=1e-5):
    """Compare with static dims, and with free ones; False where the operation refuses the geometry."""
    case = Case(op, arrays, "random", frozenset(constants))
    static = case.types()
    first = static[0]
    free = TensorType(first.dtype, tuple(symbol(f"D{i}") if i != 1 else dim for i, dim in enumerate(first.shape)))
    try:
        op.types(*static)
    except DldtError:
        return False
    expected = case.expected()
    for types in (static, (free, *static[1:])):
        try:
            lowered = lower(op, types)
        except DldtError:
            if types is static:
                raise
            continue
        found = lowered.run(arrays, symbols_of(types, arrays))
        for got, want in zip(found, expected, strict=True):
            scale = np.max(np.abs(want[np.isfinite(want)]), initial=1.0) if DType.of(want.dtype).is_float else 0
            np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * scale, err_msg=str(op))
    return True


def _window(random):
    axes = int(random.integers(1, 3))

    def draw(low, high):
        return tuple(int(v) for v in random.integers(low, high, axes))

    attributes = dict(strides=draw(1, 5), pads_begin=draw(0, 3), pads_end=draw(0, 3), auto_pad=random.choice(AUTO_PADS))
    data = random.standard_normal((2, 4, *draw(1, 9))).astype(np.float32)
    return attributes, data, draw(1, 5), draw(1, 4)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_convolutions(seed):
    random = np.random.default_rng(seed)
    attributes, data, dilations, kernel = _window(random)
    attributes = dict(attributes, dilations=dilations)
    filters = random.standard_normal((4, 3, *kernel)).astype(np.float32)
    _check(ops.Convolution(**attributes), data, np.swapaxes(filters, 0, 1).copy())
    _check(ops.GroupConvolution(**attributes), data, filters.reshape(2, 3, 2, *kernel))
    extra = tuple(int(v) for v in random.integers(0, 2, len(kernel)))
    assert _check(
        ops.ConvolutionBackpropData(**dict(attributes, auto_pad="valid"), output_padding=extra), data, filters
    )
    _check(
        ops.GroupConvolutionBackpropData(**attributes, output_padding=extra), data, filters.reshape(2, 2, 3, *kernel)
    )
    wanted = np.array(data.shape[2:]) * attributes["strides"]
    _check(ops.ConvolutionBackpropData(**attributes), data, filters, wanted, constants={2})


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_pools(seed):
    random = np.random.default_rng(1000 + seed)
    attributes, data, dilations, kernel = _window(random)
    exclude = bool(random.integers(2))
    for rounding in ("floor", "ceil"):
        _check(ops.MaxPool(**attributes, kernel=kernel, rounding_type=rounding), data)
        _check(ops.AvgPool(**attributes, kernel=kernel, exclude_pad=exclude, rounding_type=rounding), data)
        attributes8 = dict(attributes, dilations=dilations, kernel=kernel, axis=int(random.integers(3)))
        _check(ops.MaxPool8(**attributes8, rounding_type=rounding), data)
    _check(ops.MaxPool14(**attributes8, rounding_type="ceil_torch"), data)
    _check(ops.AvgPool14(**attributes, kernel=kernel, exclude_pad=exclude, rounding_type="ceil_torch"), data)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_interpolate(mode, coordinates):
    random = np.random.default_rng([MODES.index(mode), COORDINATES.index(coordinates)])
    for nearest in NEAREST if mode == "nearest" else ("floor",) * 5:
        data = random.standard_normal((2, 2, *random.integers(1, 9, 2))).astype(np.float32)
        pads = tuple(random.integers(0, 2, 4)) if random.random() < 0.3 else (0,)
        rest = (coordinates, nearest, bool(random.integers(2)), pads, pads)
        axes, one = np.array([2, 3]), np.ones(2, np.float32)
        for sizes in random.integers(1, 20, (3, 2)):
            assert _check(ops.Interpolate(mode, "sizes", *rest), data, sizes, one, axes, constants={1, 2, 3})
        for scales in random.choice([0.25, 0.3333333, 0.5, 0.6, 1, 1.5, 2, 2.2, 3, 4], (3, 2)).astype(np.float32):
            _check(ops.Interpolate(mode, "scales", *rest), data, np.array([1, 1]), scales, axes, constants={1, 2, 3})
