"""A model of the benchmarks that takes no time: 2 * relu(x), or another function, on a few numbers."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks.models import Model


def save_model(path, function="Relu", scale=2.0, before=()):
    """``scale * function(x)`` of 4 numbers, with the operations ``before`` in front."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = [numpy_helper.from_array(np.float32([scale, scale, scale, scale]), "scale")]
    names = ["x", *(f"before{number}" for number in range(len(before))), "h"]
    nodes = [
        helper.make_node(kind, [given], [made])
        for kind, given, made in zip((*before, function), names, names[1:], strict=False)
    ]
    nodes.append(helper.make_node("Mul", ["h", "scale"], ["y"]))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy"]
    model = helper.make_model(
        helper.make_graph(nodes, "tiny", ends[:1], ends[1:], weights), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    onnx.save(model, path)


def tiny_model(monkeypatch, folder, **options):
    """The model where the benchmarks find it."""
    monkeypatch.setenv("DLDT_MODELS", str(folder))
    save_model(folder / "onnx" / "tiny.onnx", **options)
    return Model("tiny", "tiny.onnx", {"x": (1, 4)})
