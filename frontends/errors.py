"""How a frontend tells what it cannot import: everything at once, where it is, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import attrs

from dldt.compiler.errors import UnsupportedError

_MAX_NODES = 5
_MAX_TYPES = 40


@attrs.frozen
class UnsupportedNode:
    """A node that cannot be imported, as the report shows it."""

    op_type: str
    domain: str
    version: int
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
    groups: dict[tuple[str, str, int, str], list[UnsupportedNode]] = {}
    for node in nodes:
        groups.setdefault((node.domain, node.op_type, node.version, node.reason), []).append(node)
    kinds = len({key[:3] for key in groups})
    plural = "operation type has" if kinds == 1 else "operation types have"
    what = "no converter" if not any(node.reason for node in nodes) else "no converter for what is asked"
    lines = [f"{file}: {kinds} {plural} {what} ({len(nodes)} of {total} nodes)"]
    lines += [line for key, members in list(groups.items())[:_MAX_TYPES] for line in _group(key, members)]
    if len(groups) > _MAX_TYPES:
        lines.append(f"  … and {len(groups) - _MAX_TYPES} more operation types")
    lines.append(f"  try: {place}")
    lines.append(f"       list the supported operations: {list_command}")
    return UnsupportedError("\n".join(lines))


def _group(key: tuple[str, str, int, str], members: list[UnsupportedNode]) -> Iterable[str]:
    domain, op_type, version, reason = key
    first = members[0]
    details = []
    if first.inputs:
        details.append(f"inputs: {_some(first.inputs)}")
    if first.feeds:
        details.append(f"feeds: {_some(first.feeds)}")
    shown = _some([node.name for node in members])
    about = f" ({'; '.join(details)})" if details else ""
    count = f"{len(members)} node" + ("s" if len(members) > 1 else "")
    yield f"  {domain or 'ai.onnx'}::{op_type} v{version}   {count}   {shown}{about}"
    if reason:
        yield f"      {reason}"


def printable(text: str) -> str:
    """``text`` with control and direction characters escaped, and cut after 200: names may come from a stranger."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:200])
    return shown if len(text) <= 200 else f"{shown}…"


def _some(texts: Sequence[str]) -> str:
    more = f", … {len(texts) - _MAX_NODES} more" if len(texts) > _MAX_NODES else ""
    return ", ".join(texts[:_MAX_NODES]) + more


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The close matches of ``name`` among ``known`` as the end of a message, else the first few that there are."""
    names = list(dict.fromkeys(known))
    close = difflib.get_close_matches(name, names[:20000], n=5, cutoff=0.6)
    if close:
        return f"; close matches: {', '.join(map(repr, close))}"
    shown = ", ".join(map(repr, names[:8]))
    return f"; there are {shown}{', …' if len(names) > 8 else ''}" if names else ""
