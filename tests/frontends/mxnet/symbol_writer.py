"""Writes models as MXNet does: symbols as JSON, parameters as a list of arrays. It needs no MXNet."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

CODES = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6, "bool": 7}


class Entry:
    """An output of a node."""

    def __init__(self, node, output=0):
        self.node, self.output = node, output

    def __getitem__(self, output):
        return Entry(self.node, output)


class SymbolWriter:
    """A symbol that is being written."""

    def __init__(self, numpy_shapes=False):
        self.nodes, self.params, self.inputs = [], {}, {}
        self.numpy_shapes = numpy_shapes
        self._count = {}

    def input(self, name, array=None, **attributes):
        """A variable that is fed; the array is what the test feeds."""
        if array is not None:
            self.inputs[name] = np.asarray(array)
        return self._add("null", name, (), attributes)

    def param(self, name, array, kind="arg"):
        """A variable whose array is in the file of parameters."""
        self.params[f"{kind}:{name}"] = np.asarray(array)
        return self._add("null", name, (), {})

    def op(self, op, *inputs, name=None, **attributes):
        """A node."""
        number = self._count[op] = self._count.get(op, -1) + 1
        return self._add(op, name or f"{op.lower().strip('_')}{number}", inputs, attributes)

    def _add(self, op, name, inputs, attributes):
        node = {"op": op, "name": name, "inputs": [[e.node, e.output, 0] for e in inputs]}
        if attributes:
            node["attrs"] = {key: str(value) for key, value in attributes.items()}
        self.nodes.append(node)
        return Entry(len(self.nodes) - 1)

    def symbol(self, *outputs):
        """The JSON, as plain values."""
        facts = {"mxnet_version": ["int", 10901]}
        if self.numpy_shapes:
            facts["is_np_shape"] = ["int", 1]
        return {
            "nodes": self.nodes,
            "arg_nodes": [i for i, node in enumerate(self.nodes) if node["op"] == "null"],
            "node_row_ptr": list(range(len(self.nodes) + 1)),
            "heads": [[e.node, e.output, 0] for e in outputs],
            "attrs": facts,
        }

    def save(self, folder: Path, *outputs, prefix="net", epoch=0):
        """Writes both files; the path of the symbol."""
        path = Path(folder) / f"{prefix}-symbol.json"
        path.write_text(json.dumps(self.symbol(*outputs), indent=2))
        (Path(folder) / f"{prefix}-{epoch:04}.params").write_bytes(params_bytes(self.params))
        return path


def params_bytes(arrays, version=2):
    """A file of parameters of one of the versions 0 to 3 of arrays."""
    body = [array_bytes(np.asarray(array), version) for array in arrays.values()]
    names = [struct.pack("<Q", len(name.encode())) + name.encode() for name in arrays]
    count = struct.pack("<Q", len(body))
    return struct.pack("<QQ", 0x112, 0) + count + b"".join(body) + count + b"".join(names)


def array_bytes(array, version=2):
    """An array as a version of MXNet writes it."""
    head = {0: b"", 1: struct.pack("<I", 0xF993FAC8), 2: struct.pack("<Ii", 0xF993FAC9, 0)}
    head[3] = struct.pack("<Ii", 0xF993FACA, 0)
    dims = struct.pack(f"<I{array.ndim}{'I' if version == 0 else 'q'}", array.ndim, *array.shape)
    device = struct.pack("<iii", 1, 0, CODES[array.dtype.name])
    return head[version] + dims + device + array.tobytes()
