"""Which tensor of a checkpoint a variable is: read off the nodes that restore it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.flatten import Flatten
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.graph_records import VARIABLES
from dldt.frontends.tensorflow.variable_parts import variable_parts

_ASSIGN = ("Assign", "AssignVariableOp")
_PASSES = ("Identity", "Cast")


def restored(
    nodes: Mapping[str, GraphNode], library: FunctionLibrary, restore: str, checkpoint: Checkpoint, file: Path
) -> dict[str, TensorRecord]:
    """The contents of the variables among ``nodes``, by the names of their nodes. ``restore``: the node that restores
    all, of a MetaGraph; without one all that assign do. Where they do not tell, the variable's own name does."""
    keys = _restored_keys(nodes, library, restore.partition(":")[0].removeprefix("^"), file)
    found: dict[str, TensorRecord] = {}
    own: Mapping[str, str] | None = None
    for node in nodes.values():
        if node.op not in VARIABLES:
            continue
        shared = node.attributes["shared_name"].s.decode("utf-8", "replace") if "shared_name" in node.attributes else ""
        key, part = keys.get(node.name, ("", ""))
        wanted = [key, shared, node.name]
        if not any(name in checkpoint.tensors for name in wanted):
            own = checkpoint.keys() if own is None else own
            wanted += [own.get(name, "") for name in (shared, node.name)]
        name = next((name for name in wanted if name in checkpoint.tensors), None)
        if name is not None:
            found[node.name] = _part(checkpoint.tensors[name], part if name == key else "", file)
    left = [node for node in nodes.values() if node.op in VARIABLES and node.name not in found]
    return found | variable_parts(left, checkpoint)


def _part(tensor: TensorRecord, part: str, file: Path) -> TensorRecord:
    """A part of a tensor, as restoring nodes write it: ``10 4 0,5:-`` are the first five rows of [10, 4]."""
    if not part:
        return tensor
    places = [place.split(",") for place in part.split(" ")[-1].split(":")]
    if not all(place == ["-"] or (len(place) == 2 and all(map(str.isdecimal, place))) for place in places):
        raise InputError(f"{file}: {shown(part)} does not tell a part of a tensor")
    ranges = [(0, None) if len(place) == 1 else (int(place[0]), int(place[0]) + int(place[1])) for place in places]
    return TensorRecord(lambda what: tensor.read(what)[tuple(slice(*each) for each in ranges)])


def _restored_keys(
    nodes: Mapping[str, GraphNode], library: FunctionLibrary, restore: str, file: Path
) -> dict[str, tuple[str, str]]:
    """The key of each variable and the part of its tensor, as the nodes that the restoring one waits for name them."""
    roots = [restore] if restore else [node.name for node in nodes.values() if node.op in _ASSIGN]
    flat = Flatten(library, file).everything(_before(nodes, roots))
    by_name = {node.name: node for node in flat}
    keys: dict[str, tuple[str, str]] = {}
    for node in flat:
        if node.op in _ASSIGN and len(node.inputs) == 2:
            source, _, port = _behind(node.inputs[1], by_name).partition(":")
            names, parts = (_texts(by_name, source, position) for position in (1, 2))
            number = int(port or 0)
            if number < len(names):
                keys[node.inputs[0]] = names[number], parts[number] if number < len(parts) else ""
    return keys


def _before(nodes: Mapping[str, GraphNode], names: list[str]) -> list[GraphNode]:
    """Nodes and all that must run before them."""
    found: dict[str, GraphNode] = {}
    pending = [*names]
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


def _texts(nodes: Mapping[str, GraphNode], restore: str, position: int) -> list[str]:
    """The texts that a node takes which reads a checkpoint: at 1 the keys, at 2 the parts."""
    node: Any = nodes.get(restore)
    if node is None or node.op not in ("RestoreV2", "Restore", "RestoreSlice") or len(node.inputs) <= position:
        return []
    texts: Any = nodes.get(node.inputs[position])
    if texts is None or "value" not in texts.attributes:
        return []
    return [text.decode("utf-8", "replace") for text in texts.attributes["value"].tensor.string_val]
