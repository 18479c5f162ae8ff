"""How a frontend tells what it cannot import: everything at once, where it is, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dldt.compiler.errors import UnsupportedError

_MAX_NODES = 5
_MAX_TYPES = 40


@attrs.frozen
class UnsupportedNode:
    """A node that cannot be imported, as the report shows it."""

    operation: str
    """Domain, type and version: ``ai.onnx::Odd v7``."""
    name: str
    inputs: tuple[str, ...]
    """The inputs as ``name type``, or ``name`` where the type is not known."""
    feeds: tuple[str, ...]
    """The consumers as ``Relu "n2"``."""
    reason: str = ""
    """Why, where the operation as such is supported."""


def unsupported_error(
    file: str, nodes: Sequence[UnsupportedNode], total: int, place: str, list_command: str
) -> UnsupportedError:
    """One error that names every node of ``nodes`` by operation, with counts, neighbours and remedies."""
    groups: dict[tuple[str, str], list[UnsupportedNode]] = {}
    for node in nodes:
        groups.setdefault((node.operation, node.reason), []).append(node)
    kinds = len({operation for operation, _ in groups})
    plural = "operation type has" if kinds == 1 else "operation types have"
    what = "no converter" if not any(node.reason for node in nodes) else "no converter for what is asked"
    lines = [f"{file}: {kinds} {plural} {what} ({len(nodes)} of {total} nodes)"]
    lines += [line for members in list(groups.values())[:_MAX_TYPES] for line in _group(members)]
    if len(groups) > _MAX_TYPES:
        lines.append(f"  … and {len(groups) - _MAX_TYPES} more operation types")
    lines.append(f"  try: {place}")
    lines.append(f"       list the supported operations: {list_command}")
    return UnsupportedError("\n".join(lines))


def _group(members: list[UnsupportedNode]) -> Iterable[str]:
    first = members[0]
    details = []
    if first.inputs:
        details.append(f"inputs: {_some(first.inputs)}")
    if first.feeds:
        details.append(f"feeds: {_some(first.feeds)}")
    shown = _some([node.name for node in members])
    about = f" ({'; '.join(details)})" if details else ""
    count = f"{len(members)} node" + ("s" if len(members) > 1 else "")
    yield f"  {first.operation}   {count}   {shown}{about}"
    if first.reason:
        yield f"      {first.reason}"


def _some(texts: Sequence[str]) -> str:
    more = f", … {len(texts) - _MAX_NODES} more" if len(texts) > _MAX_NODES else ""
    return ", ".join(texts[:_MAX_NODES]) + more
