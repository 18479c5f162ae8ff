"""Programs for named sizes beside the general one: which of them runs, and that all give what onnxruntime does."""

import json

import numpy as np
import onnxruntime
import pytest

import dldt
from dldt.compiler import ops
from dldt.compiler.dims import FreeDim
from dldt.compiler.errors import DldtError, ShapeError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from dldt.runtime.errors import RuntimeInputError, RuntimeLoadError
from dldt.runtime.metadata import parse_metadata
from tests.codegen.onnx_native import compile_text

IMAGES = """g (float[N,3,H,W] x, float[8,3,3,3] w) => (float[N,8,A,B] y) {
  c = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (x, w)
  y = Relu (c)
}"""
FOUND = "g (float[N,M] x) => (int64[2,K] y) { y = NonZero (x) }"
SHAPES = [(1, 3, 16, 24), (2, 3, 16, 24), (1, 3, 17, 24), (1, 3, 5, 7)]


def _feed(shape):
    rng = np.random.default_rng(sum(shape))
    return {"x": rng.random(shape, dtype=np.float32), "w": rng.random((8, 3, 3, 3), dtype=np.float32) - 0.5}


@pytest.mark.parametrize("threads", [1, 2])
def test_every_size_gives_what_onnxruntime_does(tmp_path, threads):
    sizes = [{"x": (1, 3, 16, 24)}, {"x": (None, None, 17, None)}]
    path = compile_text(IMAGES, tmp_path, specialize=sizes)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    with load(path, threads=threads) as model:
        request = model.create_request()
        for shape in SHAPES * 2:
            feed = _feed(shape)
            (wanted,) = session.run(None, feed)
            np.testing.assert_allclose(request.run(feed)["y"], wanted, rtol=1e-5, atol=1e-5)


def test_the_first_program_that_fits_runs(tmp_path):
    sizes = [{"x": (1, 3, 16, 24)}, {"x": (None, 3, 16, None)}]
    with load(compile_text(IMAGES, tmp_path, specialize=sizes), threads=1) as model:
        first, second = (special.start for special in model.metadata.specializations)
        count = len(model.metadata.steps)
        ran = {shape: model.metadata.steps_for((shape[0], *shape[2:])) for shape in SHAPES}
        assert ran[1, 3, 16, 24] == range(first, second)
        assert ran[2, 3, 16, 24] == range(second, count)
        assert ran[1, 3, 17, 24] == range(first)
        for shape, run in ran.items():
            profile = model.profile(_feed(shape), runs=3)
            assert [timed.step for timed in profile] == [model.metadata.steps[k] for k in run]
            assert sum(timed.seconds for timed in profile) > 0


def test_sizes_that_are_found_stay_so(tmp_path):
    path = compile_text(FOUND, tmp_path, specialize=[{"x": (3, 4)}])
    with load(path, threads=2) as model:
        request = model.create_request()
        for shape in [(3, 4), (5, 2), (3, 4), (0, 4)]:
            x = np.random.default_rng(1).integers(0, 2, shape).astype(np.float32)
            np.testing.assert_array_equal(request.run({"x": x})["y"], np.nonzero(x))


def test_a_condition_of_a_specialization_names_its_sizes(tmp_path):
    text = """g (float[N] x, float[M] y) => (float[N] z) { z = Add (x, y) }"""
    path = compile_text(text, tmp_path, specialize=[{"x": (4,)}])
    with load(path, threads=1) as model:
        one = np.ones(4, np.float32)
        np.testing.assert_array_equal(model.run({"x": one, "y": one})["z"], one * 2)
        with pytest.raises(RuntimeInputError, match=r"for N 4: node .*4 and 3"):
            model.run({"x": one, "y": one[:3]})
        with pytest.raises(RuntimeInputError, match=r"M=4: node .*3 and 4"):
            model.run({"x": one[:3], "y": one})


def _summing():
    graph = Graph("summing")
    x = graph.parameter("x", TensorType(DType.f32, (FreeDim("N", 0, None).dim, 4)))
    (held,) = graph.add(ops.ReadValue("total"), (x,))
    (total,) = graph.add(ops.Add(), (held, x))
    graph.add(ops.Assign("total"), (total,))
    graph.result(total, "y")
    return graph


def _summed(*shape):
    return {"x": np.ones(shape, np.float32)}


@pytest.mark.parametrize("sizes", [[], [{"x": (2, 4)}], [{"x": (5000, 4)}]])
def test_what_a_variable_holds_has_the_size_that_is_read(tmp_path, sizes):
    dldt.compile_model(_summing(), tmp_path / "m.so", specialize=sizes)
    with load(tmp_path / "m.so", threads=1) as model:
        request = model.create_request()
        for turn in (2, 3):
            np.testing.assert_array_equal(request.run(_summed(2, 4))["y"], np.full((2, 4), turn))
        with pytest.raises(RuntimeInputError, match=r"what variable 'total' holds.* they are 2 and 5000"):
            request.run(_summed(5000, 4))
        np.testing.assert_array_equal(request.run(_summed(2, 4))["y"], np.full((2, 4), 4))
        request.reset()
        np.testing.assert_array_equal(request.run(_summed(5000, 4))["y"], np.full((5000, 4), 2))


@pytest.mark.parametrize(
    ("sizes", "kind", "problem"),
    [
        ({"z": (1,)}, UsageError, "the model has no input 'z' to specialize; its inputs: 'x', 'y'"),
        ({"x": (1, 2)}, UsageError, "input 'x' has 3 dims, 2 are given to specialize it"),
        ({"x": (1, 4, 5)}, UsageError, "dim 1 of input 'x' cannot be 4 in a specialization: it is 3"),
        ({"x": (2, 3, 5), "y": (3,)}, UsageError, "dim 0 of input 'y' cannot be 3 in a specialization: it is 2"),
        ({"x": (None, 3, None)}, UsageError, r"x\[\?,3,\?\] fixes no free dim of the model"),
        ({"x": (9, 3, 5)}, UsageError, "the dim N must be at least 1 and at most 8: it cannot be specialized for 9"),
        ({"x": (1, 3, 7)}, ShapeError, r"the model cannot run with x\[1,3,7\]: .*Reshape"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(tmp_path, sizes, kind, problem):
    graph = Graph("m")
    batch, length = FreeDim("N", 1, 8).dim, FreeDim("L", 1, None).dim
    x = graph.parameter("x", TensorType(DType.f32, (batch, 3, length)))
    y = graph.parameter("y", TensorType(DType.f32, (batch,)))
    (rows,) = graph.add(ops.Reshape(special_zero=True), (x, np.array([0, 5, -1])))
    graph.result(rows, "rows")
    graph.result(y, "y2")
    with pytest.raises(kind, match=problem):
        dldt.compile_model(graph, tmp_path / "m.so", specialize=[sizes])
    assert issubclass(kind, DldtError)
    assert not (tmp_path / "m.so").exists()


@pytest.mark.parametrize("damage", [7, [7], [{"dims": {"N": -1}, "start": 0}], [{"dims": {}, "start": "x"}]])
def test_damaged_specializations_are_refused(damage):
    port = {"name": "x", "dtype": "f32", "shape": ["N"]}
    text = json.dumps(
        {
            "format": 1,
            "name": "m",
            "producer": "p",
            "arch": "x86_64",
            "target": "t",
            "features": [],
            "symbols": [{"name": "N", "min": 1, "max": None}],
            "inputs": [port],
            "outputs": [port | {"name": "y"}],
            "specializations": damage,
        }
    )
    with pytest.raises(RuntimeLoadError, match="specialization"):
        parse_metadata(text.encode(), "m.so")
