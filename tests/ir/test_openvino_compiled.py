"""IR that OpenVINO wrote, compiled: the library gives OpenVINO's numbers."""

import numpy as np
import openvino as ov
import pytest
from openvino import opset1, opset3, opset6, opset11, opset13

import dldt
from dldt.runtime import load

CORE = ov.Core()
RNG = np.random.default_rng(7)
IMAGE = RNG.standard_normal((2, 6, 4)).astype(np.float32)
TIES = RNG.integers(0, 3, (4, 9)).astype(np.float32)


def check(results, parameters, feeds, folder, sinks=()):
    path = folder / "m.xml"
    ov.save_model(ov.Model([opset13.result(r) for r in results], list(sinks), parameters, "m"), path, False)
    compiled = CORE.compile_model(CORE.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    expected = compiled(feeds)
    dldt.compile_model(path, folder / "m.so")
    with load(folder / "m.so", threads=1) as model:
        found = model.run(dict(zip([tensor.name for tensor in model.inputs], feeds, strict=True)))
    for position, got in enumerate(found.values()):
        want = expected[position]
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        np.testing.assert_allclose(got, want, rtol=2e-3 if want.dtype == np.float16 else 1e-6)


def parameter(*shape, dtype=np.float32):
    return opset13.parameter(list(shape), dtype, name="x")


def numbers(*values):
    return opset13.constant(np.array(values, np.int64))


@pytest.mark.parametrize("mode", ["max", "min"])
@pytest.mark.parametrize("sort", ["value", "index"])
def test_a_stable_top_k(mode, sort, tmp_path):
    x = parameter(4, 9)
    top = opset11.topk(x, opset13.constant(np.int64(5)), 1, mode, sort, stable=True)
    check([top.output(0), top.output(1)], [x], [TIES], tmp_path)


def test_a_slope_of_another_type_than_the_data(tmp_path):
    x = parameter(2, 6, 4, dtype=np.float16)
    slope = opset13.constant(np.linspace(0.1, 0.6, 6, dtype=np.float32))
    check([opset1.prelu(x, slope)], [x], [IMAGE.astype(np.float16)], tmp_path)


def _split(shape):
    parts = opset13.split(shape, 0, 3)
    return opset13.concat([parts.output(2), parts.output(0), parts.output(1)], 0)


def _variadic(shape):
    parts = opset13.variadic_split(shape, 0, [1, 2])
    return opset13.concat([parts.output(1), parts.output(0)], 0)


def _column(shape):
    row = opset13.unsqueeze(shape, opset13.constant(np.int64(0)))
    return opset13.squeeze(opset13.transpose(row, numbers(1, 0)), opset13.constant(np.int64(1)))


SHAPES = {
    "split": _split,
    "variadic_split": _variadic,
    "transpose": lambda shape: opset13.transpose(shape, numbers(0)),
    "column": _column,
    "backwards": lambda shape: opset1.strided_slice(shape, numbers(0), numbers(3), numbers(-1), [1], [1]),
    "gather": lambda shape: opset13.gather(shape, numbers(2, 1, 0), opset13.constant(np.int64(0))),
}


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_pass_through_movements(name, tmp_path):
    x = parameter(-1, 6, 4)
    shape = SHAPES[name](opset13.shape_of(x))
    check([opset13.reshape(x, shape, False)], [x], [IMAGE], tmp_path)


@pytest.mark.parametrize("used", [True, False])
def test_a_variable_that_only_its_sink_writes(used, tmp_path):
    x = parameter(1, 4)
    before = opset6.read_value(opset13.constant(np.full((1, 4), 2, np.float32)), "v", np.float32, [1, 4])
    after = opset13.add(before, x)
    result = after if used else before
    check([opset13.relu(result)], [x], [np.ones((1, 4), np.float32)], tmp_path, [opset6.assign(after, "v")])


def test_a_variable_of_the_first_kind(tmp_path):
    x = parameter(1, 4)
    before = opset3.read_value(opset13.constant(np.full((1, 4), 2, np.float32)), "v")
    after = opset13.add(before, x)
    check([opset13.relu(after)], [x], [np.ones((1, 4), np.float32)], tmp_path, [opset3.assign(after, "v")])
