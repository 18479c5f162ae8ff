"""The peers' sessions, set up alike: the same number of threads, optimised for latency, in f32 unless OpenVINO gets
another precision."""

from __future__ import annotations

from pathlib import Path

import numpy as np

Array = np.ndarray


def onnxruntime_session(path: Path, threads: int | None = None):
    """An onnxruntime session with ``threads`` threads (None: its default)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def onnxruntime_outputs(path: Path, inputs: dict[str, Array]) -> list[Array]:
    """The outputs in the model's order."""
    return onnxruntime_session(path).run(None, inputs)


def openvino_model(path: Path, threads: int | None = None, precision: str = "f32"):
    """A model compiled by OpenVINO for this machine; ``precision`` is its hint for inference."""
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    return openvino.Core().compile_model(path, "CPU", settings)


def openvino_outputs(path: Path, inputs: dict[str, Array]) -> list[Array]:
    """The outputs in the model's order."""
    compiled = openvino_model(path)
    wanted = {name: inputs[name] for port in compiled.inputs for name in [_known(port, inputs)]}
    results = compiled.create_infer_request().infer(wanted)
    return [results[port] for port in compiled.outputs]


def _known(port, inputs: dict[str, Array]) -> str:
    return next(name for name in port.get_names() if name in inputs)
