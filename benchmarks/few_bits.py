"""Products with weights of 4 and 8 bits in blocks (MatMulNBits), beside onnxruntime: ``python -m benchmarks.few_bits``.

Each row is a stack of products as a language model's layers are, of one row (a token at a time) to many (a prompt). The
results are compared first, then all take turns. ``whole`` is the same model compiled for weights that are not stored in
few bits; ``file`` the sizes of both libraries.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.runtime import load
from dldt.tools.api import compile_model

LAYERS = [(768, 3072), (2048, 2048), (1024, 4096)]
ROWS = [1, 4, 32, 256]
BLOCK, DEPTH = 32, 4
APART = 1e-4
"""How far the results of two runtimes may be apart, relative to the largest."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line for each stack; exit code 1 where onnxruntime is faster."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.few_bits", description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--bits", type=int, choices=(4, 8), default=4)
    given = parser.parse_args(arguments)
    print(f"{given.bits} bits in blocks of {BLOCK}, {DEPTH} layers, {given.threads} thread(s), median ms")
    print(f"onnxruntime {onnxruntime.__version__}")
    slower = 0
    for low, high in LAYERS:
        for rows in ROWS:
            times, sizes = measured(stack(low, high, rows, given.bits), (rows, low), given.threads, given.rounds)
            ratio = times["onnxruntime"] / times["dldt"]
            slower += ratio < 1
            print(
                f"{rows:>4} rows {low:>5} {high:>5}  dldt {times['dldt']:8.3f}  whole {times['whole']:8.3f}  "
                f"onnxruntime {times['onnxruntime']:8.3f} {ratio:5.2f}x  "
                f"file {sizes['dldt'] / 2**20:6.1f} {sizes['whole'] / 2**20:6.1f} MiB",
                flush=True,
            )
    return int(slower > 0)


def stack(low: int, high: int, rows: int, bits: int) -> onnx.ModelProto:
    """``DEPTH`` products low → high → low …, of weights from a seeded generator."""
    rng = np.random.default_rng(7)
    nodes, known, tensor = [], [], "x"
    more: dict[str, Any]
    for number in range(DEPTH):
        inner, outer = (low, high) if number % 2 == 0 else (high, low)
        blocks = inner // BLOCK
        numbers = np.clip(
            np.rint(rng.normal(0, (1 << bits) / 6, (outer, inner))) + (1 << (bits - 1)), 0, (1 << bits) - 1
        )
        numbers = numbers.astype(np.uint8).reshape(outer, blocks, -1, 8 // bits)
        packed = sum(numbers[..., place] << np.uint8(place * bits) for place in range(8 // bits))
        scale = rng.uniform(0.5, 1, (outer, blocks)).astype(np.float32) * np.float32(6 / (1 << bits) / inner**0.5)
        known += [numpy_helper.from_array(packed, f"w{number}"), numpy_helper.from_array(scale, f"s{number}")]
        operands, more = (
            [tensor, f"w{number}", f"s{number}"],
            {"K": inner, "N": outer, "bits": bits, "block_size": BLOCK},
        )
        nodes.append(helper.make_node("MatMulNBits", operands, [f"y{number}"], domain="com.microsoft", **more))
        tensor = f"y{number}"
    shape = [rows, low if DEPTH % 2 == 0 else high]
    graph = helper.make_graph(
        nodes,
        "stack",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, low])],
        [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, shape)],
        known,
    )
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=sets, ir_version=8)


def measured(
    model: onnx.ModelProto, shape: tuple[int, int], threads: int, rounds: int
) -> tuple[dict[str, float], dict[str, int]]:
    """The median milliseconds of each runtime, which take turns, and the bytes of our libraries."""
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path, own, plain = (Path(folder) / name for name in ("m.onnx", "few.so", "whole.so"))
        onnx.save(model, path)
        compile_model(path, own)
        narrow = ContractionPart.narrow
        ContractionPart.narrow = ()  # type: ignore[assignment]  # no weights in fewer bits
        try:
            compile_model(path, plain)
        finally:
            ContractionPart.narrow = narrow  # type: ignore[method-assign]  # it is put back
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        with load(own, threads=threads) as few, load(plain, threads=threads) as whole:
            runs: dict[str, Callable[[], Any]] = {
                "dldt": lambda: next(iter(few.run({"x": x}).values())),
                "whole": lambda: next(iter(whole.run({"x": x}).values())),
                "onnxruntime": lambda: session.run(None, {"x": x})[0],
            }
            _compare({name: run() for name, run in runs.items()})
            taken: dict[str, list[float]] = {name: [] for name in runs}
            for _ in range(rounds):
                for name, run in runs.items():
                    started = time.perf_counter()
                    run()
                    taken[name].append(1e3 * (time.perf_counter() - started))
        sizes = {"dldt": own.stat().st_size, "whole": plain.stat().st_size}
    return {name: statistics.median(times) for name, times in taken.items()}, sizes


def _compare(found: dict[str, Any]) -> None:
    most = np.abs(found["onnxruntime"]).max()
    for name, result in found.items():
        apart = np.abs(result - found["onnxruntime"]).max() / most
        if not apart <= APART:
            raise SystemExit(f"{name} and onnxruntime are {apart:.1e} apart")


if __name__ == "__main__":
    raise SystemExit(main())
