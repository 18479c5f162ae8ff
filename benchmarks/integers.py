"""Convolutions of bytes as shares of the peak of their multiply-adds, beside onnxruntime and OpenVINO on one thread.

Each layer is a stack of quantised convolutions, as ONNX's QuantizeLinear and DequantizeLinear spell them: u8 data, i8
weights with a scale a channel, a bias, and a result of u8. Rows also tell how many times as long the peers take.
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
ROUNDS = 40


def main(layers: Sequence[tuple[int, int, int, int]], depth: int) -> int:
    """One row for each layer; exit code 1 when one has less than the floor."""
    target = resolve_target("host")
    row = next(r for r in ARITHMETICS.values() if r.is_integer and r.weights.is_integer and r.available(target))
    peak = product_peak(row, 0.3)
    print(f"peak of {row}: {peak:.0f} GOP/s on one thread; {depth} layers; times in ms")
    shares = []
    for kernel, low, high, size in layers:
        took = measured(stack(kernel, low, high, size, depth))
        share = 2 * depth * low * high * (kernel * size) ** 2 / took["dldt"] / 1e9 / peak
        shares.append(share)
        peers = "  ".join(
            f"{name} {1e3 * t:.3f} ({t / took['dldt']:.2f}x)" for name, t in took.items() if name != "dldt"
        )
        print(
            f"{kernel}x{kernel} {low:>4} {high:>4} {size:>3}  {1e3 * took['dldt']:.3f}  {share:4.0%}  {peers}",
            flush=True,
        )
    floor = FLOOR.get(str(row), 0.0)
    print(f"least share of the peak: {min(shares):.0%} (floor {floor:.0%})")
    return int(min(shares) < floor)


def measured(model: onnx.ModelProto) -> dict[str, float]:
    """The best time of each runtime, in seconds; they take turns."""
    (given,) = model.graph.input
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
    x = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(model, path)
        compile_model(path, Path(folder) / "model.so")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        core = openvino.Core()
        request = core.compile_model(path, "CPU", {"INFERENCE_NUM_THREADS": 1}).create_infer_request()
        with load(Path(folder) / "model.so", threads=1) as own:
            runs: dict[str, Callable[[], Any]] = {
                "dldt": lambda: own.run({"x": x}),
                "onnxruntime": lambda: session.run(None, {"x": x}),
                "openvino": lambda: request.infer([x]),
            }
            best = dict.fromkeys(runs, float("inf"))
            for _ in range(ROUNDS):
                for name, run in runs.items():
                    started = time.perf_counter()
                    run()
                    best[name] = min(best[name], time.perf_counter() - started)
    return best


def stack(kernel: int, low: int, high: int, size: int, depth: int) -> onnx.ModelProto:
    """``depth`` quantised convolutions low → high → low …"""
    rng = np.random.default_rng(3)
    nodes, weights = [], []

    def known(name: str, array: Any) -> str:
        weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def dequantize(*names: str, **more: int) -> None:
        nodes.append(helper.make_node("DequantizeLinear", names[:-1], names[-1:], **more))

    zero, scale = known("zero", np.uint8(0)), known("scale", np.float32(0.02))
    tensor = "x"
    for number in range(depth):
        out, inner = (high, low) if number % 2 == 0 else (low, high)
        each = rng.uniform(0.5, 1, out).astype(np.float32) * np.float32(0.02 / (inner * kernel * kernel) ** 0.5)
        known(f"w{number}", rng.integers(-127, 127, (out, inner, kernel, kernel)).astype(np.int8))
        known(f"s{number}", each)
        known(f"z{number}", np.zeros(out, np.int8))
        known(f"b{number}", rng.integers(-999, 999, out).astype(np.int32))
        known(f"bs{number}", (each * np.float32(0.02)).astype(np.float32))
        known(f"bz{number}", np.zeros(out, np.int32))
        dequantize(tensor, scale, zero, f"dx{number}")
        dequantize(f"w{number}", f"s{number}", f"z{number}", f"dw{number}", axis=0)
        dequantize(f"b{number}", f"bs{number}", f"bz{number}", f"db{number}", axis=0)
        operands = [f"dx{number}", f"dw{number}", f"db{number}"]
        nodes.append(helper.make_node("Conv", operands, [f"c{number}"], pads=[kernel // 2] * 4))
        nodes.append(helper.make_node("QuantizeLinear", [f"c{number}", scale, zero], [f"q{number}"]))
        tensor = f"q{number}"
    shape = [1, low, size, size]
    graph = helper.make_graph(
        nodes,
        "stack",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(tensor, TensorProto.UINT8, [1, None, size, size])],
        weights,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    return made
