"""Sizes that are sums of many dims, free ones and found ones, as native code."""

import numpy as np
import onnx
import pytest
from onnx import helper

import dldt
from dldt.runtime import load
from tests.codegen.onnx_native import compile_text

COUNT, FOUND = 70, 40


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    """Many inputs joined, of one of which only some elements are taken."""
    folder = tmp_path_factory.mktemp("named")
    names = [f"x{k}" for k in range(COUNT)]
    made = [
        helper.make_node("Compress", [names[FOUND], "mask"], ["some"], axis=0),
        helper.make_node("Concat", ["some" if k == FOUND else names[k] for k in range(COUNT)], ["joined"], axis=0),
        helper.make_node("Relu", ["joined"], ["y"]),
        helper.make_node("Concat", names, ["all"], axis=0),
        helper.make_node("Neg", ["all"], ["z"]),
    ]
    inputs = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [f"N{k}"]) for k, name in enumerate(names)]
    inputs.append(helper.make_tensor_value_info("mask", onnx.TensorProto.BOOL, [f"N{FOUND}"]))
    outputs = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("y", "z")]
    graph = helper.make_graph(made, "joined", inputs, outputs)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "m.onnx")
    dldt.compile_model(dldt.read_model(folder / "m.onnx"), folder / "m.so")
    return folder / "m.so"


@pytest.mark.parametrize("threads", [1, 2])
def test_many_sizes_are_added(artifact, threads) -> None:
    rng = np.random.default_rng(8)
    with load(artifact, threads=threads) as model:
        for least in (0, 1, 3):
            parts = [rng.standard_normal(least + k % 4).astype(np.float32) for k in range(COUNT)]
            mask = rng.random(parts[FOUND].size) > 0.5
            found = model.run({f"x{k}": part for k, part in enumerate(parts)} | {"mask": mask})
            np.testing.assert_array_equal(found["z"], -np.concatenate(parts))
            parts[FOUND] = parts[FOUND][mask]
            np.testing.assert_array_equal(found["y"], np.maximum(np.concatenate(parts), 0))


def test_lengths_of_a_split_must_add_up(tmp_path) -> None:
    text = """g (float[A,B] x, int64[2] s) => (float[P,Q] y, float[P,T] z) { y, z = Split<axis=1>(x, s) }"""
    x = np.arange(21, dtype=np.float32).reshape(3, 7)
    with load(compile_text(text, tmp_path)) as model:
        found = model.run({"x": x, "s": np.array([3, 4])})
        np.testing.assert_array_equal(found["y"], x[:, :3])
        np.testing.assert_array_equal(found["z"], x[:, 3:])
        with pytest.raises(Exception, match=r"node 'y': what is left of the axis .* they are 2 and 0"):
            model.run({"x": x, "s": np.array([1, 4])})
        with pytest.raises(Exception, match=r"node 'y': the length of a part .* they are -2 and 0"):
            model.run({"x": x, "s": np.array([9, -2])})
