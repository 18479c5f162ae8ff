"""Transpositions in register tiles: every size of elements, tiles that are cut off, and what loops keep."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.loops.tiled_move import MovedAxis, TiledMove
from dldt.codegen.loop.buffers import Buffer, Layout
from dldt.codegen.loop.lower.access import Access, read
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run
from tests.codegen.native import run_emulated, run_native

LEVELS = ["host", "x86-64-v3", "x86-64-v2", "aarch64"]
TYPES = [np.uint8, np.float16, np.float32, np.float64, np.int64]
SHAPES = {
    "whole tiles": ((32, 48), (1, 0)),
    "cut off both ways": ((33, 21), (1, 0)),
    "few rows": ((5, 100), (1, 0)),
    "few columns": ((100, 6), (1, 0)),
    "few of both": ((4, 7), (1, 0)),
    "pixels": ((2, 19, 5, 7), (0, 2, 3, 1)),
    "planes": ((2, 35, 19), (0, 2, 1)),
    "reversed": ((17, 3, 18, 20), (3, 2, 1, 0)),
    "inner": ((3, 18, 2, 21), (0, 3, 2, 1)),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: dtype.__name__)
def test_every_bit_is_moved(dtype, name, level, tmp_path):
    shape, order = SHAPES[name]
    x = (np.random.default_rng(3).standard_normal(shape) * 100).astype(dtype)
    graph = Graph("moved")
    data = graph.parameter("x", TensorType(DType.of(x.dtype), shape))
    graph.result(ops.Transpose()(data, np.array(order)), "y")
    found = run(graph, {"x": x}, level, tmp_path)
    assert found.tobytes() == np.ascontiguousarray(x.transpose(order)).tobytes()


def nest_of(shape, order, source=Layout(), output=Layout(), dtype=DType.f32):  # noqa: B008 - layouts are frozen
    data = read(Buffer("x", dtype, shape, source))
    turned = tuple(shape[axis] for axis in order)
    back = np.argsort(order)
    access = Access(TensorType(dtype, turned), lambda index: data(tuple(index[k] for k in back)))
    return output_nest(Buffer("y", dtype, turned, output), access)


def test_the_form_is_the_two_contiguous_axes():
    form = TiledMove.of(nest_of((2, 40, 6, 10), (0, 2, 3, 1)), resolve_target("x86-64-v3"))
    assert form.outer == (MovedAxis(2, 2400, 2400),)
    assert (form.across, form.down) == (MovedAxis(60, 1, 40), MovedAxis(40, 60, 1))
    assert (form.lanes, form.tiles, form.extent, form.elements) == (8, 8, 16, 4800)


def test_channel_blocks_are_turned():
    target = resolve_target("x86-64-v4")
    blocked = nest_of((1, 32, 6, 10), (0, 1, 2, 3), output=Layout(block=16))
    form = TiledMove.of(blocked, target)
    assert (form.across, form.down) == (MovedAxis(60, 1, 16), MovedAxis(16, 60, 1))
    assert form.outer == (MovedAxis(2, 960, 960),)


@pytest.mark.parametrize("channels", [34, 40, 136])
def test_channels_behind_whole_blocks_are_turned_too(channels):
    target = resolve_target("x86-64-v4")
    for layouts in ({"source": Layout(block=16)}, {"output": Layout(block=16)}):
        nest = nest_of((2, channels, 6, 10), (0, 1, 2, 3), **layouts)
        assert TiledMove.of(nest, target) is None
        first, rest = TiledMove.parts(nest, target)
        axis = "across" if "source" in layouts else "down"
        assert (getattr(first, axis).extent, getattr(rest, axis).extent) == (16, channels % 16)
        assert first.elements + rest.elements == 2 * channels * 60


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float16], ids=lambda dtype: dtype.__name__)
def test_channels_that_fill_no_whole_blocks_come_out_as_they_went_in(dtype, level, tmp_path):
    graph, feeds = Graph("blocks"), {}
    for channels in (17, 19, 24, 33, 40, 136):
        x = (np.random.default_rng(channels).standard_normal((2, channels, 5, 7)) * 100).astype(dtype)
        feeds[f"x{channels}"] = x
        data = graph.parameter(f"x{channels}", TensorType(DType.of(x.dtype), x.shape))
        itself = np.eye(channels, dtype=dtype).reshape(channels, channels, 1, 1)
        made = ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(data, itself)
        graph.result(ops.ReLU()(made), f"y{channels}")
    if level == "aarch64":
        outputs = run_emulated(graph, feeds, TARGETS[level], tmp_path)
    else:
        outputs = run_native(graph, feeds, resolve_target(level), tmp_path, threads=2)
    for name, x in feeds.items():
        np.testing.assert_array_equal(outputs[name.replace("x", "y")].view(dtype), np.maximum(x, 0))


@pytest.mark.parametrize(
    ("shape", "order"),
    [((64, 64), (0, 1)), ((8, 4, 32), (1, 0, 2)), ((3, 200), (1, 0)), (("N", 40), (1, 0))],
    ids=["a copy", "rows", "three channels", "free"],
)
def test_loops_keep(shape, order):
    from dldt.compiler.dims import symbol

    known = tuple(symbol(dim) if isinstance(dim, str) else dim for dim in shape)
    assert TiledMove.of(nest_of(known, order), resolve_target("x86-64-v4")) is None
