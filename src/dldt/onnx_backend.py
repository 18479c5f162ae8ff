"""``import dldt.onnx_backend as backend``: onnx's backend interface (``onnx.backend.base.Backend``), as native code."""

from dldt.tools.onnx_backend import OnnxBackend, prepare, run_model, supports_device

__all__ = ["OnnxBackend", "prepare", "run_model", "supports_device"]
