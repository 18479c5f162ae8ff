"""Variables that are parts of one tensor of a checkpoint, as partitioners of TensorFlow 1 name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.types import Array
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.tensor import tensor_shape

_NAME = re.compile(r"(.+)/part_([0-9]{1,6})")


def variable_parts(nodes: Iterable[GraphNode], checkpoint: Checkpoint) -> dict[str, TensorRecord]:
    """The contents of ``w/part_0``, ``w/part_1`` … among variables, by their names: parts of the tensor ``w`` along the
    axis in which they add up to it."""
    groups: dict[str, dict[int, GraphNode]] = {}
    for node in nodes:
        named = _NAME.fullmatch(node.name)
        if named is not None and named[1] in checkpoint.tensors:
            groups.setdefault(named[1], {})[int(named[2])] = node
    found: dict[str, TensorRecord] = {}
    for base, parts in groups.items():
        shapes = [_dims(parts[number]) if number in parts else None for number in range(len(parts))]
        known = [shape for shape in shapes if shape is not None]
        for number, node in parts.items() if len(known) == len(parts) else ():
            found[node.name] = TensorRecord(partial(_part, checkpoint.tensors[base], known, number))
    return found


def _dims(node: GraphNode) -> tuple[int, ...] | None:
    shape = tensor_shape(node.attributes["shape"].shape) if "shape" in node.attributes else None
    dims = tuple(dim for dim in shape or () if dim is not None)
    return dims if shape is not None and len(dims) == len(shape) else None


def _part(tensor: TensorRecord, shapes: list[tuple[int, ...]], number: int, what: str) -> Array:
    whole = tensor.read(what)
    for axis, size in enumerate(whole.shape):
        others = {(*shape[:axis], size, *shape[axis + 1 :]) for shape in shapes if len(shape) == whole.ndim}
        sizes = [shape[axis] for shape in shapes if len(shape) == whole.ndim]
        if others == {whole.shape} and len(sizes) == len(shapes) and sum(sizes) == size:
            return np.split(whole, np.cumsum(sizes)[:-1], axis)[number]
    given = ", ".join(str(list(shape)) for shape in shapes[:4])
    raise InputError(f"{what}: parts of {given} do not make up {list(whole.shape)}, as the checkpoint has it")
