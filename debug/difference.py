"""What changed between two snapshots of a graph, by the identity of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from dldt.debug.snapshot import NodeEntry


@attrs.frozen
class Difference:
    """Nodes that came, nodes that went, and for nodes that stayed what is different about them, in words."""

    added: tuple[NodeEntry, ...]
    removed: tuple[NodeEntry, ...]
    changed: tuple[tuple[NodeEntry, NodeEntry, tuple[str, ...]], ...]

    @classmethod
    def between(cls, before: Mapping[str, NodeEntry], after: Mapping[str, NodeEntry]) -> Difference:
        """The difference of two snapshots."""
        added = tuple(entry for key, entry in after.items() if key not in before)
        removed = tuple(entry for key, entry in before.items() if key not in after)
        both = ((before[key], entry) for key, entry in after.items() if key in before and before[key] != entry)
        return cls(added, removed, tuple((old, new, tuple(_words(old, new))) for old, new in both))

    @property
    def text(self) -> str:
        """One line a node: ``-`` went, ``+`` came, ``~`` stayed and changed."""
        lines = [f"- {entry.text}" for entry in self.removed]
        lines += [f"+ {entry.text}" for entry in self.added]
        for _, new, words in self.changed:
            lines.append(f"~ {new.identity} {new.name!r} {new.operation}: {'; '.join(words)}")
        return "\n".join(lines) + "\n"


def _words(old: NodeEntry, new: NodeEntry) -> Iterator[str]:
    if old.name != new.name:
        yield f"renamed from {old.name!r}"
    if old.operation != new.operation:
        yield f"operation {old.operation} → {new.operation}"
    if old.attributes != new.attributes:
        yield f"attributes{old.attributes or ' {}'} →{new.attributes or ' {}'}"
    if len(old.inputs) != len(new.inputs):
        yield f"inputs ({', '.join(old.inputs)}) → ({', '.join(new.inputs)})"
    else:
        pairs = enumerate(zip(old.inputs, new.inputs, strict=True))
        yield from (f"rewired: input {k} {a} → {b}" for k, (a, b) in pairs if a != b)
    if old.types != new.types:
        yield f"shape {', '.join(old.types)} → {', '.join(new.types)}"
