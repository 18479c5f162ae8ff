"""A transformer block, and LSTM and GRU layers, compared with the peers: one thread, f32.

    python -m benchmarks.attention

``block_S_D_H``: attention of H heads over S steps of D features with a mask, two LayerNormalizations, and a
feed-forward part of 4·D with GELU by erf. ``parts``: normalisation and activation consist of simpler operations, as in
exports for operation sets before 17. ``lstm_T_I_H`` (``gru_…``): T steps of I features, H units; ``x8`` means eight
sequences, ``both`` both directions. Rounds are interleaved and outputs are compared first, as in ``benchmarks.peers``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks import latencies, models, peers
from benchmarks.arguments import new_file
from benchmarks.conditions import Conditions
from benchmarks.machine import describe
from dldt.tools.peaks import measure_peaks

BLOCKS = [(16, 64, 4, False), (64, 256, 4, False), (64, 256, 4, True), (128, 256, 4, False), (128, 768, 12, False)]
LAYERS = [("LSTM", 16, 32, 32, 1, 1), ("LSTM", 50, 64, 128, 1, 1), ("LSTM", 50, 64, 128, 8, 1)]
LAYERS += [("LSTM", 50, 64, 128, 1, 2), ("LSTM", 50, 128, 256, 1, 1)]
LAYERS += [("GRU", 16, 32, 32, 1, 1), ("GRU", 50, 64, 128, 1, 1), ("GRU", 50, 64, 128, 8, 1)]


def main() -> int:
    """One row for each model; exit code 1 when a peer is faster on one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help="only those whose name contains one of these")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all numbers")
    arguments = parser.parse_args()
    machine = describe()
    print(f"{machine['cpu']}; {latencies.NOTE}")
    cores, peaks = {1: sorted(os.sched_getaffinity(0))[:1]}, {1: measure_peaks(1, 0.3)}
    every = [*(_block(*block) for block in BLOCKS), *(_layer(*layer) for layer in LAYERS)]
    chosen = [m for m in every if not arguments.models or any(word in m.name for word in arguments.models)]
    rows = []
    for number, model in enumerate(chosen, 1):
        tell = peers.Progress(f"[{number}/{len(chosen)}] {model.name}:")
        rows += peers.measure(model, cores, peaks, Conditions(rounds=6, seconds=0.1), tell)
        tell.end()
    print(latencies.table(rows, peaks[1]))
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1), encoding="utf-8")
    return int(any(row.get("ratio", 0.0) < 1 for row in rows))


class _Writer:
    """Collects nodes and weights. Every method returns the name of the tensor that it makes."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(5)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, array: object) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(array), f"c{len(self.weights)}"))
        return self.weights[-1].name

    def random(self, *shape: int) -> str:
        return self.constant((self.rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32))

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        return self.op("Add", self.op("MatMul", x, self.random(inputs, outputs)), self.random(outputs))

    def normalised(self, x: str, size: int, parts: bool) -> str:
        scale, shift = self.random(size), self.random(size)
        if not parts:
            return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)
        centred = self.op("Sub", x, self.op("ReduceMean", x, axes=[-1]))
        variance = self.op("ReduceMean", self.op("Pow", centred, self.constant(np.float32(2))), axes=[-1])
        deviation = self.op("Sqrt", self.op("Add", variance, self.constant(np.float32(1e-5))))
        return self.op("Add", self.op("Mul", self.op("Div", centred, deviation), scale), shift)

    def gelu(self, x: str) -> str:
        erf = self.op("Erf", self.op("Div", x, self.constant(np.float32(np.sqrt(2)))))
        raised = self.op("Add", erf, self.constant(np.float32(1)))
        return self.op("Mul", self.op("Mul", x, raised), self.constant(np.float32(0.5)))

    def save(self, name: str, inputs: dict[str, tuple[int, ...]], outputs: list[str]) -> models.Model:
        made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in inputs.items()]
        results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs]
        graph = helper.make_graph(self.nodes, name, made, results, self.weights)
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        proto.ir_version = 8
        path = models.cache_folder() / f"attention_{name}.onnx"
        onnx.save(proto, path)
        return models.Model(name, str(path), inputs)


def _block(steps: int, size: int, heads: int, parts: bool) -> models.Model:
    """One layer of a transformer encoder."""
    w = _Writer()
    split, joined = w.constant(np.array([0, 0, heads, size // heads])), w.constant(np.array([0, 0, size]))
    orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    q, k, v = (w.op("Transpose", w.op("Reshape", w.linear("x", size, size), split), perm=order) for order in orders)
    scores = w.op("Div", w.op("MatMul", q, k), w.constant(np.float32(np.sqrt(size // heads))))
    chances = w.op("Softmax", w.op("Add", scores, "mask"), axis=-1)
    mixed = w.op("Reshape", w.op("Transpose", w.op("MatMul", chances, v), perm=[0, 2, 1, 3]), joined)
    inner = w.normalised(w.op("Add", w.linear(mixed, size, size), "x"), size, parts)
    hidden = w.gelu(w.linear(inner, size, 4 * size))
    result = w.normalised(w.op("Add", w.linear(hidden, 4 * size, size), inner), size, parts)
    name = f"block_{steps}_{size}_{heads}{'_parts' * parts}"
    return w.save(name, {"x": (1, steps, size), "mask": (1, 1, 1, steps)}, [result])


def _layer(kind: str, steps: int, inputs: int, size: int, batch: int, directions: int) -> models.Model:
    """One recurrent layer; the GRU is the one that PyTorch exports."""
    w = _Writer()
    gates = (4 if kind == "LSTM" else 3) * size
    weights = [w.random(directions, gates, inputs), w.random(directions, gates, size), w.random(directions, 2 * gates)]
    attributes: dict[str, object] = {
        "hidden_size": size,
        "direction": "bidirectional" if directions == 2 else "forward",
    }
    if kind == "GRU":
        attributes["linear_before_reset"] = 1
    outputs = ["y", "h", "c"] if kind == "LSTM" else ["y", "h"]
    w.nodes.append(helper.make_node(kind, ["x", *weights], outputs, **attributes))
    name = f"{kind.lower()}_{steps}_{inputs}_{size}{f'_x{batch}' * (batch > 1)}{'_both' * (directions == 2)}"
    return w.save(name, {"x": (steps, batch, inputs)}, outputs)


if __name__ == "__main__":
    sys.exit(main())
