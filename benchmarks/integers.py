"""Contractions of bytes as shares of the peak of their multiply-adds, beside onnxruntime and OpenVINO on one thread.

Each row is a stack of quantised convolutions or matrix products, as ONNX's QuantizeLinear and DequantizeLinear spell
them: u8 data, i8 weights with a scale a channel, a bias (of convolutions), and a result of u8. What the peers give is
compared first; then all take turns. Rows also tell how many times as long the peers take.

The peak is measured on the same core, between the rows: independent multiply-adds in registers, by the best instruction
of the target. Of dot products of bytes (VNNI), that is the rate of the instruction. Without them (AVX2, SSE), bytes are
multiplied as pairs of words, and a multiplication and an addition make two products a lane: both go to the same ports,
three on Intel processors, so that the peak is one and a half of such pairs of instructions a cycle, a quarter of what
VNNI does in vectors of the same width.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.arithmetic import ARITHMETICS
from dldt.runtime import load
from dldt.tools.api import compile_model
from dldt.tools.peaks import product_peak

FLOOR = {"u8i8": 0.8, "u8i16": 0.7}
"""The least share of the peak: of dot products of bytes, and of pairs of words."""
PRODUCTS = [(128, 768, 3072), (384, 1024, 1024)]
"""Matrix products: rows, and the columns before and behind each of them."""
ROUNDS, TURN = 12, 5
"""How often the runtimes take turns, and how often each runs in its turn: what it reads is in the caches again then."""
APART = 3
"""By how many units the results of two runtimes may differ behind all layers: they round scales differently, and what
differs in one layer differs in all behind it. Numbers that are wrong differ by tens."""


def main(layers: Sequence[tuple[int, int, int, int]], depth: int, target: str = "host") -> int:
    """One row for each stack; exit code 1 when a convolution has less than the floor."""
    machine = resolve_target(target)
    row = next(r for r in ARITHMETICS.values() if r.is_integer and r.weights.is_integer and r.available(machine))
    stacks = [
        (f"{kernel}x{kernel} {low:>4} {high:>4} {size:>3}", low * high * (kernel * size) ** 2, True, each)
        for kernel, low, high, size in layers
        for each in [stack(kernel, low, high, size, depth)]
    ]
    stacks += [
        (f"{rows:>3} rows {low:>4} {high:>4}", rows * low * high, False, products(rows, low, high, depth))
        for rows, low, high in PRODUCTS
    ]
    print(f"{row} on one thread, {depth} layers; times in ms, and how many times as long the peers take")
    shares = []
    for name, macs, floored, model in stacks:
        took, peak = measured(name, model, target, lambda: product_peak(row, 0.02, target=target))
        share = 2 * depth * macs / took["dldt"] / 1e9 / peak
        shares += [share] if floored else []
        peers = "  ".join(f"{peer} {1e3 * t:6.3f} {t / took['dldt']:4.2f}x" for peer, t in took.items())
        print(f"{name}  {share:4.0%} of {peak:.0f} GOP/s  {peers}", flush=True)
    floor = FLOOR.get(str(row), 0.0)
    print(f"least share of the peak, of convolutions: {min(shares):.0%} (floor {floor:.0%})")
    return int(min(shares) < floor)


def measured(
    where: str, model: onnx.ModelProto, target: str, peak: Callable[[], float]
) -> tuple[dict[str, float], float]:
    """The best time of each runtime, in seconds, and the peak; all take turns. First the results are compared."""
    (given,) = model.graph.input
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
    x = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(model, path)
        compile_model(path, Path(folder) / "model.so", target=target)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        core = openvino.Core()
        request = core.compile_model(path, "CPU", {"INFERENCE_NUM_THREADS": 1}).create_infer_request()
        with load(Path(folder) / "model.so", threads=1) as own:
            runs: dict[str, Callable[[], Any]] = {
                "dldt": lambda: next(iter(own.run({"x": x}).values())),
                "onnxruntime": lambda: session.run(None, {"x": x})[0],
                "openvino": lambda: request.infer([x])[0],
            }
            _compare({name: run() for name, run in runs.items()}, where)
            best, most = dict.fromkeys(runs, float("inf")), 0.0
            for _ in range(ROUNDS):
                most = max(most, peak())
                for name, run in runs.items():
                    for _ in range(TURN):
                        started = time.perf_counter()
                        run()
                        best[name] = min(best[name], time.perf_counter() - started)
    return best, most


def _compare(found: dict[str, Any], where: str) -> None:
    """Prints how results differ from ours, and refuses those that differ by more than rounding."""
    ours, told = found["dldt"].astype(np.int64), []
    for name, result in found.items():
        apart = np.abs(result.astype(np.int64) - ours)
        told += [] if name == "dldt" else [f"{name} {np.mean(apart > 0):.2%}, by {apart.max()} at most"]
        if apart.max() > APART:
            raise SystemExit(f"{where}: the result of {name} differs from ours by {apart.max()} units")
    print(f"{where}  differ from ours: {'; '.join(told)}")


class _Network:
    """A model in the making: a chain of quantised layers of one tensor."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(3)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.zero, self.scale = self.known("zero", np.uint8(0)), self.known("scale", np.float32(0.02))
        self.tensor = "x"

    def known(self, name: str, array: Any) -> str:
        """A constant."""
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def layer(self, number: int, operation: str, shape: tuple[int, ...], axis: int, **more: Any) -> None:
        """A layer whose weights have a scale for each index of ``axis``; a convolution also has a bias."""
        out, inner = shape[axis], int(np.prod(shape)) // shape[axis]
        each = self.rng.uniform(0.5, 1, out).astype(np.float32) * np.float32(0.02 / inner**0.5)
        self.known(f"w{number}", self.rng.integers(-127, 127, shape).astype(np.int8))
        self.known(f"s{number}", each)
        self.known(f"z{number}", np.zeros(out, np.int8))
        self._dequantize(self.tensor, self.scale, self.zero, f"dx{number}")
        self._dequantize(f"w{number}", f"s{number}", f"z{number}", f"dw{number}", axis=axis)
        operands = [f"dx{number}", f"dw{number}"]
        if operation == "Conv":
            self.known(f"b{number}", self.rng.integers(-999, 999, out).astype(np.int32))
            self.known(f"bs{number}", (each * np.float32(0.02)).astype(np.float32))
            self.known(f"bz{number}", np.zeros(out, np.int32))
            self._dequantize(f"b{number}", f"bs{number}", f"bz{number}", f"db{number}", axis=0)
            operands.append(f"db{number}")
        self.nodes.append(helper.make_node(operation, operands, [f"c{number}"], **more))
        self.nodes.append(helper.make_node("QuantizeLinear", [f"c{number}", self.scale, self.zero], [f"q{number}"]))
        self.tensor = f"q{number}"

    def _dequantize(self, *names: str, **more: int) -> None:
        self.nodes.append(helper.make_node("DequantizeLinear", names[:-1], names[-1:], **more))

    def model(self, shape: list[int], result: list[int]) -> onnx.ModelProto:
        """The model, for inputs of ``shape``."""
        graph = helper.make_graph(
            self.nodes,
            "stack",
            [helper.make_tensor_value_info("x", TensorProto.UINT8, shape)],
            [helper.make_tensor_value_info(self.tensor, TensorProto.UINT8, result)],
            self.weights,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        made.ir_version = 8
        return made


def stack(kernel: int, low: int, high: int, size: int, depth: int) -> onnx.ModelProto:
    """``depth`` quantised convolutions low → high → low …"""
    network = _Network()
    for number in range(depth):
        out, inner = (high, low) if number % 2 == 0 else (low, high)
        network.layer(number, "Conv", (out, inner, kernel, kernel), 0, pads=[kernel // 2] * 4)
    return network.model([1, low, size, size], [1, low if depth % 2 == 0 else high, size, size])


def products(rows: int, low: int, high: int, depth: int) -> onnx.ModelProto:
    """``depth`` quantised products of matrices, low → high → low … columns."""
    network = _Network()
    for number in range(depth):
        network.layer(number, "MatMul", (low, high) if number % 2 == 0 else (high, low), 1)
    return network.model([rows, low], [rows, low if depth % 2 == 0 else high])
