"""Weights of equal content and order lie in the artifact once, however many kernels read them."""

import numpy as np
import onnx
import onnxruntime
import pytest

from dldt.compiler.content import Content
from dldt.runtime import load
from dldt.tools.api import compile_model
from tests.codegen.shared_weights import Builder, albert

EXACT = onnxruntime.SessionOptions()
EXACT.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL


def run(model, feeds, folder, **options):
    """Compile, compare with onnxruntime; the summary."""
    path = folder / "model.onnx"
    onnx.save(model, path)
    made = compile_model(path, folder / "model.so", **options)
    wanted = onnxruntime.InferenceSession(path, EXACT).run(None, feeds)
    with load(made) as compiled:
        found = compiled.run(feeds)
    for node, want in zip(model.graph.output, wanted, strict=True):
        np.testing.assert_allclose(found[node.name], want, rtol=2e-4, atol=2e-4 * np.abs(want).max())
    return made.summary


def words(length=16):
    return {"ids": np.random.default_rng(2).integers(0, 500, (1, length))}


def test_layers_that_share_their_weights_make_a_file_of_their_size(tmp_path):
    model, size = albert(12, 384, 1536)
    summary = run(model, words(), tmp_path)
    assert size <= summary.file_bytes <= 1.1 * size


def test_a_file_grows_by_no_weights_with_the_number_of_layers(tmp_path):
    sizes = []
    for layers in (1, 6):
        model, _ = albert(layers, 128, 256)
        sizes.append(run(model, words(), tmp_path).weights_bytes)
    assert sizes[0] == sizes[1]


def test_a_matrix_is_packed_once_as_it_is_and_transposed(tmp_path):
    b = Builder()
    b.weight("w", 256, 256)
    turned = b("Transpose", "w", perm=[1, 0])
    flat = b("Reshape", b.constant("row", b.weights["w"].reshape(1, -1)), b.constant("shape", [256, 256], np.int64))
    first = b("Gemm", "x", turned)
    y = b("Gemm", b("Tanh", b("MatMul", b("Tanh", first), flat)), "w", transB=1)
    b.weights["row"] = np.ascontiguousarray(b.weights["w"].T).reshape(1, -1)
    model = b.model({"x": (onnx.TensorProto.FLOAT, (8, 256))}, [y])
    summary = run(model, {"x": np.random.default_rng(3).standard_normal((8, 256)).astype(np.float32)}, tmp_path)
    assert summary.weights_bytes < 1.1 * b.weights["w"].nbytes


@pytest.mark.parametrize("seed", [0, 1])
def test_contents_are_equal_when_their_elements_are(seed):
    array = np.random.default_rng(seed).standard_normal((70, 60)).astype(np.float32)
    same, turned, other = array.copy(), np.asfortranarray(array), array.copy()
    other[35, 30] += 1
    assert Content(array) == Content(same) == Content(turned)
    assert len({Content(array), Content(same), Content(turned), Content(array[:])}) == 1
    assert Content(array) != Content(other)
    assert Content(array) != Content(array.T)
    assert Content(array) != Content(array.reshape(60, 70))
    assert Content(array.view(np.int32)) != Content(array)


def test_large_contents_that_differ_at_an_end_are_not_hashed(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("hashed")

    array = np.zeros((100, 100), np.float32)
    monkeypatch.setattr("hashlib.blake2b", refuse)
    other = array.copy()
    other[-1, -1] = 1
    assert Content(array) != Content(other)
    assert Content(array) == Content(array.reshape(-1).reshape(100, 100))
    with pytest.raises(AssertionError, match="hashed"):
        _ = Content(array) == Content(array.copy())
