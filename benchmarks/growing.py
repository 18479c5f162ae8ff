"""Networks of any size, to see how the time and memory of a compile grow."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

UNARY = ("Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Exp", "Softplus", "Elu", "Erf", "Sqrt")


@dataclasses.dataclass(frozen=True)
class Growing:
    """A kind of network: ``make(n)`` is the one of size ``n``, ``sizes`` are those that are measured."""

    name: str
    make: Callable[[int], onnx.ModelProto]
    sizes: tuple[int, ...]


def nodes(n: int) -> onnx.ModelProto:
    """Convolutions, each with its own weights, between element-wise operations; every tenth node adds what was there
    before."""
    made, weights, last, kept = [], {}, "x", "x"
    for k in range(n):
        turn, name = k % 10, f"t{k}"
        if turn == 0:
            weights[f"w{k}"] = np.full((8, 8, 1, 1), 0.01 * (k % 97), np.float32)
            made.append(helper.make_node("Conv", [last, f"w{k}"], [name]))
        elif turn == 9:
            made.append(helper.make_node("Add", [last, kept], [name]))
            kept = name
        else:
            made.append(helper.make_node(UNARY[(turn + k // 10) % len(UNARY)], [last], [name]))
        last = name
    return _model(made, {"x": [1, 8, 4, 4]}, [last], weights)


def chain(n: int) -> onnx.ModelProto:
    """A chain of trivial nodes."""
    made = [helper.make_node(UNARY[k % 4], [f"t{k - 1}" if k else "x"], [f"t{k}"]) for k in range(n)]
    return _model(made, {"x": [16]}, [f"t{n - 1}"])


def symbols(n: int) -> onnx.ModelProto:
    """Inputs with a free dim each, joined."""
    made = [helper.make_node("Concat", [f"x{k}" for k in range(n)], ["joined"], axis=0)]
    made.append(helper.make_node("Relu", ["joined"], ["y"]))
    return _model(made, {f"x{k}": [f"N{k}"] for k in range(n)}, ["y"])


def outputs(n: int) -> onnx.ModelProto:
    """Outputs that differ by a constant each."""
    constants = {f"c{k}": np.full((1,), k, np.float32) for k in range(n)}
    made = [helper.make_node("Add", ["x", f"c{k}"], [f"y{k}"]) for k in range(n)]
    return _model(made, {"x": [16]}, [f"y{k}" for k in range(n)], constants)


def split(n: int) -> onnx.ModelProto:
    """A tensor in parts, each through an operation, joined again."""
    made = [helper.make_node("Split", ["x"], [f"p{k}" for k in range(n)], axis=1, num_outputs=n)]
    made += [helper.make_node("Softmax", [f"p{k}"], [f"q{k}"], axis=-1) for k in range(n)]
    made.append(helper.make_node("Concat", [f"q{k}" for k in range(n)], ["y"], axis=1))
    return _model(made, {"x": [4, 8 * n]}, ["y"])


def split_out(n: int) -> onnx.ModelProto:
    """A tensor in parts, which are the outputs."""
    made = [helper.make_node("Split", ["x"], [f"y{k}" for k in range(n)], axis=1, num_outputs=n)]
    return _model(made, {"x": [4, 8 * n]}, [f"y{k}" for k in range(n)])


def concat(n: int) -> onnx.ModelProto:
    """Inputs that are joined."""
    made = [helper.make_node("Concat", [f"x{k}" for k in range(n)], ["y"], axis=1)]
    return _model(made, {f"x{k}": [4, 8] for k in range(n)}, ["y"])


def repeated(n: int) -> onnx.ModelProto:
    """An input that is joined with itself."""
    return _model([helper.make_node("Concat", ["x"] * n, ["y"], axis=0)], {"x": [3]}, ["y"])


def total(n: int) -> onnx.ModelProto:
    """Inputs that are summed."""
    made = [helper.make_node("Sum", [f"x{k}" for k in range(n)], ["y"])]
    return _model(made, {f"x{k}": [4, 8] for k in range(n)}, ["y"])


def steps(n: int) -> onnx.ModelProto:
    """A recurrent layer, written out step by step: each step reads its slice of the input."""
    rng = np.random.default_rng(0)
    constants = {"w": rng.normal(size=(8, 16)).astype(np.float32), "r": rng.normal(size=(16, 16)).astype(np.float32)}
    constants |= {"axis": np.array([1]), **{f"k{k}": np.array([k]) for k in range(n + 1)}}
    made, state = [], "h"
    for k in range(n):
        made += [
            helper.make_node("Slice", ["x", f"k{k}", f"k{k + 1}", "axis"], [f"s{k}"]),
            helper.make_node("Squeeze", [f"s{k}", "axis"], [f"v{k}"]),
            helper.make_node("MatMul", [f"v{k}", "w"], [f"a{k}"]),
            helper.make_node("MatMul", [state, "r"], [f"b{k}"]),
            helper.make_node("Add", [f"a{k}", f"b{k}"], [f"c{k}"]),
            helper.make_node("Tanh", [f"c{k}"], [f"h{k}"]),
            helper.make_node("Unsqueeze", [f"h{k}", "axis"], [f"u{k}"]),
        ]
        state = f"h{k}"
    made.append(helper.make_node("Concat", [f"u{k}" for k in range(n)], ["y"], axis=1))
    return _model(made, {"x": [2, n, 8], "h": [2, 16]}, ["y", state], constants)


GROWING = (
    Growing("nodes", nodes, (3000, 6000, 12000)),
    Growing("chain", chain, (25000, 50000, 100000)),
    Growing("symbols", symbols, (25, 50, 100, 200)),
    Growing("outputs", outputs, (1250, 2500, 5000)),
    Growing("split", split, (50, 100, 200, 400)),
    Growing("split_out", split_out, (50, 100, 200, 400)),
    Growing("concat", concat, (50, 100, 200, 400)),
    Growing("repeated", repeated, (5000, 10000, 20000)),
    Growing("sum", total, (50, 100, 200, 400)),
    Growing("steps", steps, (75, 150, 300, 600)),
)


def _model(
    made: list[onnx.NodeProto],
    inputs: Mapping[str, Sequence[int | str]],
    outputs: list[str],
    constants: dict[str, np.ndarray] | None = None,
) -> onnx.ModelProto:
    def value(name: str, shape: Sequence[int | str] | None) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    initializers = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    sources = [value(name, shape) for name, shape in inputs.items()]
    graph = helper.make_graph(made, "growing", sources, [value(name, None) for name in outputs], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
