"""The model's own key/value pairs as nested elements: key ``a/b`` is element ``b`` in element ``a``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from dldt.compiler.ir.document import Element
from dldt.compiler.ir.limits import MAX_DEPTH
from dldt.compiler.ir.names import quote

_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
LAYOUT = "layout/"
"""Before the name of an input: the key of its layout (``[N,C,H,W]``), which is written at the input itself."""

_NAMED = "info"
"""The element for a key that is no XML name: ``<info name="my key" value="..."/>``, as OpenVINO writes it."""


@attrs.define
class _Entry:
    """One level of a key: its own value, where it has one, and what lies below it."""

    value: str | None = None
    children: dict[str, _Entry] = attrs.field(factory=dict)


def write_metadata(metadata: Mapping[str, str]) -> Iterator[str]:
    """The lines of the model's ``<rt_info>`` with the pairs in it."""
    yield "\t<rt_info>\n"
    stack = [(iter(_tree(metadata).children.items()), "\t</rt_info>\n")]
    while stack:
        items, closing = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
            yield closing
            continue
        key, entry = item
        tabs = "\t" * (len(stack) + 1)
        plain = _TAG.fullmatch(key) and key != _NAMED
        start = key if plain else f"{_NAMED} name={quote(key)}"
        value = "" if entry.value is None else f" value={quote(entry.value)}"
        if not entry.children:
            yield f"{tabs}<{start}{value} />\n"
            continue
        yield f"{tabs}<{start}{value}>\n"
        stack.append((iter(entry.children.items()), f"{tabs}</{key if plain else _NAMED}>\n"))


def read_metadata(network: Element) -> dict[str, str]:
    """The pairs in ``<rt_info>``, or in ``<meta_data>`` as older writers call it, with slashes between the levels of a
    key (``%2F`` is a slash inside a level)."""
    found: dict[str, str] = {}
    element = network.child("rt_info") or network.child("meta_data")
    pending = [("", child) for child in reversed(element.children)] if element else []
    while pending:
        prefix, current = pending.pop()
        name = current.attributes.get("name", _NAMED) if current.tag == _NAMED else current.tag
        key = f"{prefix}{name.replace('%', '%25').replace('/', '%2F')}"
        if "value" in current.attributes:
            found[key] = current.attributes["value"]
        pending += [(f"{key}/", child) for child in reversed(current.children)]
    return found


def _tree(metadata: Mapping[str, str]) -> _Entry:
    root = _Entry()
    for key, text in metadata.items():
        if key.startswith(LAYOUT):
            continue
        place = root
        for part in key.split("/", MAX_DEPTH // 2):
            place = place.children.setdefault(part.replace("%2F", "/").replace("%25", "%"), _Entry())
        place.value = text
    return root
