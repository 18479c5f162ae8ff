"""One ONNX node, imported and run by the reference interpreter, against onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx

IR_VERSION = 10


def model_of(
    op_type: str,
    inputs: list[Any],
    opset: int,
    constants: tuple[int, ...] = (),
    outputs: int = 1,
    domain: str = "",
    **attributes: Any,
) -> onnx.ModelProto:
    """A model of one node; ``constants`` are the positions of inputs that become initialisers, None is left out."""
    names = ["" if x is None else f"x{i}" for i, x in enumerate(inputs)]
    node = helper.make_node(op_type, names, [f"y{i}" for i in range(outputs)], name="node", domain=domain, **attributes)
    given = [(n, np.asarray(x), i) for i, (n, x) in enumerate(zip(names, inputs, strict=True)) if x is not None]
    graph = helper.make_graph(
        [node],
        "single",
        [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for n, x, i in given
            if i not in constants
        ],
        [helper.make_empty_tensor_value_info(f"y{i}") for i in range(outputs)],
        [numpy_helper.from_array(x, n) for n, x, i in given if i in constants],
    )
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def save(model: onnx.ModelProto, folder: Path) -> Path:
    """The model written to ``folder``."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def feeds_of(model: onnx.ModelProto, inputs: list[Any]) -> dict[str, Any]:
    """The arrays of the model's inputs."""
    wanted = {info.name for info in model.graph.input}
    return {f"x{i}": np.asarray(x) for i, x in enumerate(inputs) if f"x{i}" in wanted}


def reference(model: onnx.ModelProto, feeds: dict[str, Any]) -> list[Any]:
    """What onnxruntime answers, with its own graph optimisations off."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def check(model: onnx.ModelProto, inputs: list[Any], folder: Path, rtol: float = 1e-5) -> Graph:
    """Import, interpret, compare types and numbers with onnxruntime."""
    feeds = feeds_of(model, inputs)
    expected = reference(model, feeds)
    graph = import_onnx(save(model, folder))
    found = interpret(graph, feeds)
    assert list(found) == [info.name for info in model.graph.output]
    for node, want in zip(graph.outputs, expected, strict=True):
        got = found[node.name]
        assert node.types[0].dtype.numpy == want.dtype == got.dtype
        assert node.types[0].static_shape == want.shape == got.shape
        if want.dtype.kind != "f":
            np.testing.assert_array_equal(got, want)
            continue
        scale = float(np.max(np.abs(want[np.isfinite(want)]), initial=1e-3))
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * scale)
    return graph


__all__ = ["TensorProto", "check", "feeds_of", "model_of", "reference", "save"]
