"""Networks that use the same weights several times, as ONNX models with seeded weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = np.ndarray[Any, Any]


class Builder:
    """An ONNX graph that grows node by node. ``weights`` are its initializers by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, Array] = {}
        self.generator = np.random.default_rng(5)

    def weight(self, name: str, *shape: int, scale: float = 1.0) -> str:
        """An initializer of normally distributed numbers."""
        fan = max(1, int(np.prod(shape[1:] if len(shape) == 4 else shape[:-1])))
        self.weights[name] = (scale * self.generator.standard_normal(shape) / np.sqrt(fan)).astype(np.float32)
        return name

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """An initializer of these numbers."""
        self.weights[name] = np.asarray(value, dtype)
        return name

    def __call__(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The only output of a new node."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def model(self, inputs: dict[str, tuple[int, tuple[int, ...]]], outputs: list[str]) -> onnx.ModelProto:
        """The model; ``inputs`` are (element type, shape) by name."""
        graph = helper.make_graph(
            self.nodes,
            "shared",
            [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(array, name) for name, array in self.weights.items()],
        )
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])

    @property
    def bytes(self) -> int:
        """The size of all weights."""
        return sum(array.nbytes for array in self.weights.values())


def albert(layers: int, hidden: int, inner: int, *, words: int = 500, length: int = 16) -> tuple[onnx.ModelProto, int]:
    """A transformer whose layers all have the same weights (ALBERT): ids [1, length] → states [1, length, hidden]. With
    it, the bytes of its weights."""
    b, heads, narrow = Builder(), 4, hidden // 4
    for name in ("query", "key", "value", "mixed"):
        b.weight(name, hidden, hidden)
    b.weight("wide", hidden, inner)
    b.weight("back", inner, hidden)
    b.weight("words", words, narrow, scale=narrow)
    b.weight("places", length, narrow)
    b.weight("project", narrow, hidden)
    for name in ("gain1", "gain2"):
        b.constant(name, 1 + 0.1 * b.generator.standard_normal(hidden))
    for name in ("shift1", "shift2"):
        b.constant(name, 0.1 * b.generator.standard_normal(hidden))
    b.constant("split", [1, length, heads, hidden // heads], np.int64)
    b.constant("join", [1, length, hidden], np.int64)
    b.constant("scale", (hidden // heads) ** -0.5)
    b.constant("root", 2**-0.5)
    b.constant("one", 1.0)
    b.constant("half", 0.5)

    def headed(state: str, weights: str, order: tuple[int, ...]) -> str:
        return b("Transpose", b("Reshape", b("MatMul", state, weights), "split"), perm=order)

    x = b("MatMul", b("Add", b("Gather", "words", "ids"), "places"), "project")
    for _ in range(layers):
        query, key, value = (
            headed(x, name, order)
            for name, order in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3)))
        )
        scores = b("Softmax", b("Mul", b("MatMul", query, key), "scale"), axis=-1)
        mixed = b("Reshape", b("Transpose", b("MatMul", scores, value), perm=(0, 2, 1, 3)), "join")
        x = b("LayerNormalization", b("Add", x, b("MatMul", mixed, "mixed")), "gain1", "shift1", axis=-1)
        wide = b("MatMul", x, "wide")
        gelu = b("Mul", b("Mul", wide, b("Add", b("Erf", b("Mul", wide, "root")), "one")), "half")
        x = b("LayerNormalization", b("Add", x, b("MatMul", gelu, "back")), "gain2", "shift2", axis=-1)
    return b.model({"ids": (TensorProto.INT64, (1, length))}, [x]), b.bytes


def pyramid(channels: int, sizes: tuple[int, ...], depth: int = 2) -> tuple[onnx.ModelProto, int]:
    """A detector's head: the same 3×3 convolutions on images of several sizes. With it, the bytes of its weights."""
    b = Builder()
    filters = [b.weight(f"filters{k}", channels, channels, 3, 3) for k in range(depth)]
    outputs = []
    for size in sizes:
        value = f"x{size}"
        for name in filters:
            value = b("Relu", b("Conv", value, name, pads=[1, 1, 1, 1]))
        outputs.append(value)
    images = {f"x{size}": (TensorProto.FLOAT, (1, channels, size, size)) for size in sizes}
    return b.model(images, outputs), b.bytes
