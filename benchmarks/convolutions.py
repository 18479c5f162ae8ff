"""The 1×1 and 3×3 convolutions of ResNet-50 as shares of the FMA peak, on one thread, compared with the peers.

    python -m benchmarks.convolutions
    python -m benchmarks.convolutions --arithmetic u8s8     bytes: shares of the peak of their multiply-adds, also of
                                                            matrix products
    python -m benchmarks.convolutions --arithmetic u8s8 --target x86-64-v3     the same with the instructions of AVX2

Each row is a stack of eight such convolutions, each with bias and ReLU. The stack keeps a cost that a network pays only
once, changing the layout of its input and output, small beside the convolutions. The peak is measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks import integers, models, peers
from benchmarks.arguments import new_file
from benchmarks.conditions import Conditions
from benchmarks.machine import describe
from dldt.tools.peaks import measure_peaks

DEPTH = 8
LAYERS = [(1, 64, 256, 56), (1, 128, 512, 28), (1, 256, 1024, 14), (1, 512, 2048, 7)]
LAYERS += [(3, 64, 64, 56), (3, 128, 128, 28), (3, 256, 256, 14), (3, 512, 512, 7)]


def main() -> int:
    """One row for each layer; exit code 1 when one has less than 80 % of the peak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arithmetic", choices=["f32", "u8s8"], default="f32", help="what is multiplied")
    parser.add_argument("--target", default="host", help="of bytes: the instructions to use; the peers use the host's")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all numbers")
    arguments = parser.parse_args()
    if arguments.arithmetic == "u8s8":
        return integers.main(LAYERS, DEPTH, arguments.target)
    machine = describe()
    print(f"{machine['cpu']}; {DEPTH} layers: {peers.NOTE}")
    cores, peaks = {1: sorted(os.sched_getaffinity(0))[:1]}, {1: measure_peaks(1, 0.3)}
    rows = []
    for number, (kernel, low, high, size) in enumerate(LAYERS, 1):
        model = _stack(kernel, low, high, size)
        tell = peers.Progress(f"[{number}/{len(LAYERS)}] {model.name}:")
        rows += peers.measure(model, cores, peaks, Conditions(rounds=6, seconds=0.2), tell)
        tell.end()
    print(peers.table(rows, peaks[1]))
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1), encoding="utf-8")
    shares = [row.get("peak_share", 0.0) for row in rows]
    print(f"least share of the peak: {min(shares):.0%} (floor 80 %)")
    return int(min(shares) < 0.8)


def _stack(kernel: int, low: int, high: int, size: int) -> models.Model:
    """The model of ``DEPTH`` convolutions low → high → low …, written to the cache."""
    name = f"{kernel}x{kernel}_{low}_{high}_{size}"
    rng = np.random.default_rng(3)
    nodes, weights, tensor = [], [], "x"
    for number in range(DEPTH):
        out, inner = (high, low) if number % 2 == 0 else (low, high)
        deviation = (2.0 / (inner * kernel * kernel)) ** 0.5
        weight = (rng.standard_normal((out, inner, kernel, kernel)) * deviation).astype(np.float32)
        bias = (rng.standard_normal(out) * 0.1).astype(np.float32)
        weights += [numpy_helper.from_array(weight, f"w{number}"), numpy_helper.from_array(bias, f"b{number}")]
        pads = [kernel // 2] * 4
        nodes.append(helper.make_node("Conv", [tensor, f"w{number}", f"b{number}"], [f"c{number}"], pads=pads))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"]))
        tensor = f"r{number}"
    shape = [1, low, size, size]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, shape)],
        weights,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    proto.ir_version = 8
    path = models.cache_folder() / f"stack_{name}.onnx"
    onnx.save(proto, path)
    return models.Model(name, str(path), {"x": tuple(shape)})


if __name__ == "__main__":
    sys.exit(main())
