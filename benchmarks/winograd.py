"""3×3 convolutions, directly and by Winograd's algorithm, interleaved on one thread, and the compiler's choice.

    python -m benchmarks.winograd [--layers 64:224,512:14] [--seconds 1] [--target x86-64-v3]

A layer is channels:size or inputs:outputs:height:width. Times are the least of many runs. GFLOP/s count the
multiply-adds of the direct convolution, so that Winograd's may exceed the peak. The error is the largest difference
from the direct convolution, relative to the largest output.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.arguments import duration
from dldt.codegen.host import resolve_target
from dldt.codegen.kernels import choice
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.winograd.choose import F2, F4, can_winograd, choose_winograd, plan_winograd
from dldt.codegen.kernels.winograd.form import WinogradForm
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load

LAYERS = "64:224,128:112,256:56,512:28,512:14,64:56,128:28,256:14,512:7,16:64:55:55,96:128:28:28,128:32:14:14,16:56"
"""Layers of VGG-19, ResNet-50, SqueezeNet, Inception and DenseNet, and a small one."""
FORMS = {"direct": None, "F(2×2)": F2, "F(4×4)": F4}


def main() -> int:
    """One row for each layer; exit code 1 where the choice is more than 5 % slower than the fastest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", default=LAYERS, help="separated by commas (default: those of known networks)")
    parser.add_argument("--seconds", type=duration, default=1.0, help="of a layer's runs (default: 1)")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    arguments = parser.parse_args()
    lost = [_layer(text, resolve_target(arguments.target), arguments.seconds) for text in arguments.layers.split(",")]
    return int(max(lost) > 0.05)


def _layer(text: str, target: Target, seconds: float) -> float:
    """Measure and print a layer; returns the share that the choice loses."""
    numbers = [int(part) for part in text.split(":")]
    inputs, outputs, height, width = numbers if len(numbers) == 4 else numbers[:1] * 2 + numbers[1:] * 2
    operations = 18 * inputs * outputs * height * width
    x = np.random.default_rng(1).standard_normal((1, inputs, height, width)).astype(np.float32)
    choices: list[WinogradForm] = []
    with tempfile.TemporaryDirectory() as folder:
        requests, steps = {}, {}
        for name, form in FORMS.items():
            path = Path(folder) / f"{name}.so"
            with mock.patch.object(choice, "choose_winograd", partial(_forced, form, choices)):
                compile_graph(_graph(inputs, outputs, height, width), path, target)
            model = load(path, threads=1)
            requests[name] = model.create_request()
            steps[name] = max(k for k, step in enumerate(model.metadata.steps) if step.flops == operations)
        results = {name: request.run(x)["y"] for name, request in requests.items()}
        least = dict.fromkeys(requests, float("inf"))
        end, rounds = time.monotonic() + seconds, 0
        while time.monotonic() < end or rounds < 5:
            rounds += 1
            for name, request in requests.items():
                least[name] = min(least[name], request.profile(x, runs=1)[steps[name]].seconds)
    chosen = next((name for name, form in FORMS.items() if form in choices), "direct")
    direct = results["direct"]
    columns = []
    for name, best in least.items():
        error = np.abs(results[name] - direct).max() / np.abs(direct).max()
        columns.append(f"{name} {best * 1e3:8.3f} ms {operations / best / 1e9:4.0f} GFLOP/s")
        columns.append("" if name == "direct" else f"x{least['direct'] / best:.2f} ({error:.0e})")
    loss = least[chosen] / min(least.values()) - 1
    print(f"{text:14s}", *columns, f"| {chosen}, {loss:.0%} lost", flush=True)
    return loss


def _forced(
    form: WinogradForm | None, choices: list[WinogradForm], problem: Problem, target: Target
) -> WinogradPlan | None:
    """The plan of ``form`` where it is possible. The compiler's own choice is appended to ``choices``."""
    plan = choose_winograd(problem, target)
    if plan is not None:
        choices.append(plan.form)
    return plan_winograd(problem, target, form) if form is not None and can_winograd(problem, target) else None


def _graph(inputs: int, outputs: int, height: int, width: int) -> Graph:
    """A 1×1 convolution that changes nothing (it brings the input into channel blocks), the layer, bias and ReLU."""
    rng = np.random.default_rng(0)
    graph = Graph("layer")
    same = np.eye(inputs, dtype=np.float32).reshape(inputs, inputs, 1, 1)
    weights = (rng.standard_normal((outputs, inputs, 3, 3)) * (2 / (9 * inputs)) ** 0.5).astype(np.float32)
    bias = rng.standard_normal((1, outputs, 1, 1)).astype(np.float32)
    value = graph.parameter("x", TensorType(DType.f32, (1, inputs, height, width)))
    value = ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(value, graph.constant(same))
    value = ops.Convolution((1, 1), (1, 1), (1, 1), (1, 1))(value, graph.constant(weights))
    graph.result(ops.ReLU()(ops.Add()(value, graph.constant(bias))), "y")
    return graph


if __name__ == "__main__":
    sys.exit(main())
