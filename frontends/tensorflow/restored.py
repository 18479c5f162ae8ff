"""Which tensor of a checkpoint a variable is: read off the nodes that restore it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.flatten import Flatten
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.graph_records import VARIABLES

_ASSIGN = ("Assign", "AssignVariableOp")
_PASSES = ("Identity", "Cast")


def restored(
    nodes: Mapping[str, GraphNode], library: FunctionLibrary, restore: str, checkpoint: Checkpoint, file: Path
) -> dict[str, TensorRecord]:
    """The contents of the variables among ``nodes``, by the names of their nodes. ``restore``: the node that restores
    all; where it does not tell, the variable's own name does."""
    keys = _restored_keys(nodes, library, restore.partition(":")[0].removeprefix("^"), file)
    found: dict[str, TensorRecord] = {}
    own: Mapping[str, str] | None = None
    for node in nodes.values():
        if node.op not in VARIABLES:
            continue
        shared = node.attributes["shared_name"].s.decode("utf-8", "replace") if "shared_name" in node.attributes else ""
        wanted = [keys.get(node.name, ""), shared, node.name]
        if not any(key in checkpoint.tensors for key in wanted):
            own = checkpoint.keys() if own is None else own
            wanted += [own.get(key, "") for key in (shared, node.name)]
        key = next((key for key in wanted if key in checkpoint.tensors), None)
        if key is not None:
            found[node.name] = checkpoint.tensors[key]
    return found


def _restored_keys(
    nodes: Mapping[str, GraphNode], library: FunctionLibrary, restore: str, file: Path
) -> dict[str, str]:
    """The key of each variable, as the nodes that the restoring one waits for name it."""
    flat = Flatten(library, file).everything(_before(nodes, restore))
    by_name = {node.name: node for node in flat}
    keys: dict[str, str] = {}
    for node in flat:
        if node.op in _ASSIGN and len(node.inputs) == 2:
            source, _, port = _behind(node.inputs[1], by_name).partition(":")
            names = _texts(by_name, source)
            if int(port or 0) < len(names):
                keys[node.inputs[0]] = names[int(port or 0)]
    return keys


def _before(nodes: Mapping[str, GraphNode], name: str) -> list[GraphNode]:
    """A node and all that must run before it."""
    found: dict[str, GraphNode] = {}
    pending = [name]
    while pending:
        current = pending.pop()
        if current in found or current not in nodes:
            continue
        node = found[current] = nodes[current]
        pending += [*(tensor.partition(":")[0] for tensor in node.inputs), *node.controls]
    return list(found.values())


def _behind(tensor: str, nodes: Mapping[str, GraphNode]) -> str:
    for _ in range(len(nodes)):
        node = nodes.get(tensor)
        if node is None or node.op not in _PASSES or len(node.inputs) != 1:
            break
        tensor = node.inputs[0]
    return tensor


def _texts(nodes: Mapping[str, GraphNode], restore: str) -> list[str]:
    """The keys that a node reads from a checkpoint."""
    node: Any = nodes.get(restore)
    if node is None or node.op not in ("RestoreV2", "Restore", "RestoreSlice") or len(node.inputs) < 2:
        return []
    names: Any = nodes.get(node.inputs[1])
    if names is None or "value" not in names.attributes:
        return []
    return [text.decode("utf-8", "replace") for text in names.attributes["value"].tensor.string_val]
