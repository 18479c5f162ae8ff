"""The Python API, as the README shows it."""

import os

import numpy as np
import onnxruntime
import pytest

import dldt
from dldt import runtime
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.text import print_graph
from tests.tools.conftest import DIGITS

MODEL = DIGITS / "digits.onnx"


@pytest.fixture(scope="module")
def expected():
    images = np.load(DIGITS / "test_images.npz")["images"][:5]
    return images, onnxruntime.InferenceSession(MODEL).run(None, {"image": images})[0]


def test_read_compile_and_run(tmp_path, expected):
    images, wanted = expected
    graph = dldt.read_model(str(MODEL), inputs={"image": (5, 1, 8, 8)})
    before = print_graph(graph)
    made = dldt.compile_model(graph, tmp_path / "m.so", target="host", threads=1)
    assert print_graph(graph) == before
    path, summary = made
    assert path == tmp_path / "m.so"
    assert os.fspath(made) == str(path)
    assert summary.file_bytes == path.stat().st_size
    assert summary.seconds > 0
    with runtime.load(made, threads=2) as model:
        assert [(t.name, t.shape, t.dtype) for t in model.inputs] == [("image", (5, 1, 8, 8), np.float32)]
        np.testing.assert_allclose(model(images), wanted, atol=1e-5)
        np.testing.assert_allclose(model.run({"image": images})["digit"], wanted, atol=1e-5)
        request = model.create_request()
        np.testing.assert_allclose(request.start({"image": images}).result()["digit"], wanted, atol=1e-5)


@pytest.mark.parametrize("dim", ["B", "1..8", (1, 8)])
def test_dims_may_be_names_or_ranges(tmp_path, expected, dim):
    images, wanted = expected
    graph = dldt.read_model(MODEL, inputs={"image": (dim, 1, 8, 8)})
    with runtime.load(dldt.compile_model(graph, tmp_path / "m.so")) as model:
        for count in (1, 5):
            np.testing.assert_allclose(model(images[:count]), wanted[:count], atol=1e-5)
        if dim != "B":
            with pytest.raises(runtime.RuntimeInputError, match="8"):
                model(np.repeat(images, 2, axis=0)[:9])


@pytest.mark.parametrize("version", [10, 11])
def test_an_ir_is_read_by_openvino(tmp_path, expected, version):
    openvino = pytest.importorskip("openvino")
    images, wanted = expected
    graph = dldt.read_model(MODEL, inputs={"image": (5, 1, 8, 8)})
    xml = dldt.save_model(graph, tmp_path / "m.xml", ir_version=version)
    assert f'version="{version}"' in xml.read_text()[:300]
    compiled = openvino.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    np.testing.assert_allclose(compiled(images)[0], wanted, atol=1e-5)


def test_what_cannot_be_is_refused(tmp_path):
    graph = dldt.read_model(MODEL)
    with pytest.raises(UsageError, match=r"the name of an IR ends in \.xml"):
        dldt.save_model(graph, tmp_path / "m.ir")
    with pytest.raises(UsageError, match="the targets are: host"):
        dldt.compile_model(graph, tmp_path / "m.so", target="pdp11")
    with pytest.raises(UsageError, match="threads is 0"):
        dldt.compile_model(graph, tmp_path / "m.so", threads=0)
    with pytest.raises(InputError, match="create it first"):
        dldt.compile_model(graph, tmp_path / "no" / "m.so")
    assert os.listdir(tmp_path) == []


def test_the_facade_has_what_it_lists():
    assert all(hasattr(dldt, name) for name in dldt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        dldt.nothing  # noqa: B018 - the access is what is tested
