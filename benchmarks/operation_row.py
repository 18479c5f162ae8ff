"""A row of benchmarks.operations: a few nodes as text, and the model and the inputs that they stand for."""

from __future__ import annotations

import dataclasses
import re
import zlib

import numpy as np
import onnx
import onnx.parser
from onnx import helper, numpy_helper

Array = np.ndarray

OPSET = 20
BELOW = 8
"""Integers are below this where the name of an input gives no number."""
_INPUT = re.compile(
    r"\s*(?P<type>\w+)(\[(?P<dims>[\d,]*)\])?\s+(?P<name>[a-z]+(?P<below>\d*))(?P<value>=\{[^}]*\})?\s*"
)
_SEPARATOR = re.compile(r",(?![^\[{]*[\]}])")
_RESULTS = re.compile(r"\s*\w+(\s*,\s*\w+)*\s*=[^=]")


@dataclasses.dataclass(frozen=True)
class OperationRow:
    """``text`` is "inputs => nodes" as benchmarks/operations.txt explains."""

    group: str
    text: str

    @property
    def operations(self) -> list[str]:
        """The ONNX operations of the nodes, in order."""
        return [node.op_type for node in self.model().graph.node]

    def model(self) -> onnx.ModelProto:
        """The row as an ONNX model. Its outputs are what no node reads."""
        head, _, body = self.text.partition("=>")
        given = [match.groupdict() for word in _SEPARATOR.split(head) for match in [self._matched(word)]]
        nodes = "\n".join(self._nodes(body))
        known = [entry for entry in given if entry["value"]]
        listed = ", ".join(
            f"{_type(entry)} {entry['name']} {entry['value'][:1]} {entry['value'][1:]}" for entry in known
        )
        graph = onnx.parser.parse_graph(f"row () => () <{listed}> {{ {nodes} }}")
        for entry in given:
            if entry["name"].startswith("w") and not entry["value"]:
                graph.initializer.append(numpy_helper.from_array(self._array(entry), entry["name"]))
            elif not entry["value"]:
                graph.input.append(helper.make_tensor_value_info(entry["name"], _element(entry), _shape(entry)))
        read = {name for node in graph.node for name in node.input}
        graph.output.extend(
            onnx.ValueInfoProto(name=name) for node in graph.node for name in node.output if name not in read
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        typed = {value.name: value for value in onnx.shape_inference.infer_shapes(model).graph.output}
        for value in model.graph.output:
            value.CopyFrom(typed[value.name])
        return model

    def feeds(self) -> dict[str, Array]:
        """Seeded inputs."""
        head = self.text.partition("=>")[0]
        given = [self._matched(word).groupdict() for word in _SEPARATOR.split(head)]
        return {e["name"]: self._array(e) for e in given if not e["value"] and not e["name"].startswith("w")}

    def _matched(self, word: str) -> re.Match[str]:
        match = _INPUT.fullmatch(word)
        if match is None:
            raise ValueError(f"{self.text}: {word.strip()!r} is no input such as 'float[1,64] x' or 'int64[1] a={{1}}'")
        return match

    def _nodes(self, body: str) -> list[str]:
        statements = [statement.strip() for statement in body.split(";")]
        return [each if _RESULTS.match(each) else f"y = {each}" for each in statements]

    def _array(self, entry: dict[str, str]) -> Array:
        """Random content, the same in every process."""
        name, shape = entry["name"], _shape(entry)
        dtype = helper.tensor_dtype_to_np_dtype(_element(entry))
        rng = np.random.default_rng(zlib.crc32(f"{self.text} {name}".encode()))
        if dtype == np.bool_:
            return rng.random(shape) < 0.5
        if dtype.kind in "iu":
            low = int(name.startswith("p"))
            return rng.integers(low, int(entry["below"] or BELOW), shape).astype(dtype)
        if name.startswith("p"):
            return rng.uniform(0.1, 1, shape).astype(dtype)
        # weights keep the scale of the data: the sums that they make are of the size of one
        spread = max(int(np.prod(shape[1:])), 1) ** -0.5 if name.startswith("w") and len(shape) > 1 else 1.0
        return (rng.standard_normal(shape) * spread).astype(dtype)


def _type(entry: dict[str, str]) -> str:
    return entry["type"] if entry["dims"] is None else f"{entry['type']}[{entry['dims']}]"


def _shape(entry: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(dim) for dim in (entry["dims"] or "").split(",") if dim)


def _element(entry: dict[str, str]) -> int:
    return int(onnx.TensorProto.DataType.Value(entry["type"].upper()))
