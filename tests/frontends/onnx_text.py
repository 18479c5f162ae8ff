"""A model in ONNX's text syntax, imported and interpreted, against onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx.parser

from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.verify import verify
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import reference, save


def model_of_text(text: str, opset: int = 17) -> onnx.ModelProto:
    """The model whose graph ``text`` is."""
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : {opset}]> {text}')


def check_text(text: str, feeds: list[dict[str, Any]], folder: Path, opset: int = 17) -> Graph:
    """Import once, run with each of ``feeds``: types and numbers are onnxruntime's."""
    model = model_of_text(text, opset)
    graph = import_onnx(save(model, folder))
    verify(graph)
    for feed in feeds:
        found = interpret(graph, feed)
        for node, want in zip(graph.outputs, reference(model, feed), strict=True):
            got = found[node.name]
            assert (node.types[0].dtype.numpy, node.types[0].rank) == (want.dtype, want.ndim), node
            fixed = [b if isinstance(a, int) else a for a, b in zip(want.shape, node.types[0].shape, strict=True)]
            assert all(not isinstance(a, int) or a == b for a, b in zip(fixed, want.shape, strict=True)), node
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
            assert got.shape == want.shape
    return graph
