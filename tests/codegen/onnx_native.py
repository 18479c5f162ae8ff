"""ONNX models in text form as native code, compared with onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import parser

import dldt
from dldt.runtime import load

Feeds = Mapping[str, np.ndarray[Any, Any]]


def compile_text(text: str, folder: Path, **options: Any) -> Path:
    """The artifact of the model in ``text`` (its header left out)."""
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}')
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    path = folder / "model.so"
    dldt.compile_model(dldt.read_model(folder / "model.onnx"), path, **options)
    return path


def check_text(
    text: str, feeds: Sequence[Feeds], folder: Path, tolerance: float = 1e-5, absolute: float = 1e-6
) -> None:
    """The model gives what onnxruntime does, on one thread and, bit by bit the same, on two; each feed twice, one after
    the other in one request."""
    path = compile_text(text, folder)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    wanted = [session.run(None, dict(feed)) for feed in feeds]
    with load(path, threads=1) as alone, load(path, threads=2) as together:
        for feed, expected in [*zip(feeds, wanted, strict=True)] * 2:
            outputs, others = alone.run(feed), together.run(feed)
            for (name, array), other, reference in zip(outputs.items(), others.values(), expected, strict=True):
                assert array.dtype == reference.dtype, name
                assert array.shape == reference.shape, name
                np.testing.assert_allclose(array, reference, rtol=tolerance, atol=absolute, err_msg=name)
                np.testing.assert_array_equal(array, other, err_msg=name)
