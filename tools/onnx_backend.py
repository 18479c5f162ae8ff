"""Every ONNX model as native code behind onnx's own backend interface, with which its tests of conformance run."""

from __future__ import annotations

from typing import Any

from onnx.backend.base import Backend

from dldt.tools.prepared_model import PreparedModel


class OnnxBackend(Backend):
    """``OnnxBackend.prepare(model).run(arrays)``: the model is compiled for this machine, and runs on its CPU.

    bfloat16 comes out as ml_dtypes' type. What cannot be compiled raises the errors of ``dldt.read_model``.
    """

    @classmethod
    def prepare(cls, model: Any, device: str = "CPU", **kwargs: Any) -> PreparedModel:
        """The compiled model."""
        return PreparedModel(model)

    @classmethod
    def run_model(cls, model: Any, inputs: Any, device: str = "CPU", **kwargs: Any) -> tuple[Any, ...]:
        """The outputs of one run of the model."""
        return cls.prepare(model, device).run(inputs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Whether models run there: on the CPU."""
        return device.split(":")[0] == "CPU"


prepare = OnnxBackend.prepare
run_model = OnnxBackend.run_model
supports_device = OnnxBackend.supports_device
