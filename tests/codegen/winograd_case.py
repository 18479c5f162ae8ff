"""A model of one convolution with everything round it, and what it should give, in double precision."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.kernels.winograd import family
from dldt.codegen.kernels.winograd.choose import can_winograd, plan_winograd
from dldt.codegen.kernels.winograd.form import WinogradForm
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import DType, TensorType

ONE, NONE = (1, 1), (0, 0)


@attrs.frozen
class WinogradCase:
    """y = ReLU(convolution(x) + bias + residual), the last three as told; ``begin`` and ``end`` are the pads."""

    inputs: int
    outputs: int
    height: int
    width: int
    begin: tuple[int, int] = ONE
    end: tuple[int, int] = ONE
    batch: int = 1
    symbolic: bool = False
    finish: bool = True
    kernel: tuple[int, int] = (3, 3)
    strides: tuple[int, int] = ONE

    def __str__(self) -> str:
        free = "N" if self.symbolic else self.batch
        pads = "".join(map(str, (*self.begin, *self.end)))
        sizes = f"{free}x{self.inputs}-{self.outputs}x{self.height}x{self.width}"
        kernel = "".join(map(str, (*self.kernel, *self.strides)))
        return f"{sizes}_k{kernel}_p{pads}{'_finish' if self.finish else ''}"

    def arrays(self) -> dict[str, np.ndarray]:
        """x, r (the residual), w and b."""
        rng = np.random.default_rng([self.inputs, self.height])
        low, sizes = (self.height, self.width), (self.begin, self.end, self.kernel, self.strides)
        space = [(n + b + e - k) // s + 1 for n, b, e, k, s in zip((self.height, self.width), *sizes, strict=True)]
        scale = (2 / (self.kernel[0] * self.kernel[1] * self.inputs)) ** 0.5
        return {
            "x": rng.standard_normal((self.batch, self.inputs, *low)).astype(np.float32),
            "r": rng.standard_normal((self.batch, self.outputs, *space)).astype(np.float32),
            "w": (rng.standard_normal((self.outputs, self.inputs, *self.kernel)) * scale).astype(np.float32),
            "b": rng.standard_normal((1, self.outputs, 1, 1)).astype(np.float32),
        }

    def graph(self) -> Graph:
        """The model. A 1×1 convolution that changes nothing brings x and r into channel blocks."""
        graph, arrays = Graph("winograd"), self.arrays()
        batch = symbol("N", 1) if self.symbolic else self.batch
        value = _blocked(graph, "x", (batch, *arrays["x"].shape[1:]))
        value = ops.Convolution(self.strides, self.begin, self.end, ONE)(value, graph.constant(arrays["w"]))
        if self.finish:
            value = ops.Add()(value, graph.constant(arrays["b"]))
            value = ops.Add()(value, _blocked(graph, "r", (batch, *arrays["r"].shape[1:])))
            value = ops.ReLU()(value)
        graph.result(value, "y")
        return graph

    def feeds(self) -> dict[str, np.ndarray]:
        """The inputs by name."""
        arrays = self.arrays()
        return {name: arrays[name] for name in (("x", "r") if self.finish else ("x",))}

    def expected(self) -> np.ndarray:
        """y by the definition, in double precision."""
        arrays = {name: array.astype(np.float64) for name, array in self.arrays().items()}
        pads = [(0, 0), (0, 0), *zip(self.begin, self.end, strict=True)]
        x = np.pad(arrays["x"], pads)
        windows = np.lib.stride_tricks.sliding_window_view(x, self.kernel, (2, 3))
        windows = windows[:, :, :: self.strides[0], :: self.strides[1]]
        y = np.einsum("nchwij,ocij->nohw", windows, arrays["w"], optimize=True)
        return np.maximum(y + arrays["b"] + arrays["r"], 0) if self.finish else y


def force(monkeypatch, form: WinogradForm) -> None:
    """Winograd in this form wherever it is possible, whatever it costs."""

    def choose(problem, target):
        return plan_winograd(problem, target, form) if can_winograd(problem, target) else None

    monkeypatch.setattr(family, "choose_winograd", choose)
    monkeypatch.setattr(family, "winograd_cycles", lambda problem, plan, target: 0.0)


def _blocked(graph: Graph, name: str, shape: tuple) -> Value:
    value = graph.parameter(name, TensorType(DType.f32, shape))
    same = np.eye(shape[1], dtype=np.float32).reshape(shape[1], shape[1], 1, 1)
    return ops.Convolution(ONE, NONE, NONE, ONE)(value, graph.constant(same))
