"""Attributes as MXNet writes them, all as text: ``3``, ``0.5``, ``True``, ``(2, 2)``, ``(None, 1)``, ``2L``."""

from __future__ import annotations

import re
import typing
from types import NoneType
from typing import Any

from dldt.frontends.engine.text import Text

_BOOLEANS = {"True": True, "true": True, "1": True, "False": False, "false": False, "0": False}
_INTEGER = re.compile(r"([+-]?\d{1,19})L?")
_MAX_ITEMS = 4096


class MxnetText(Text):
    """Nested tuples are read as one; an item of a tuple may be None where the importer's annotation says so."""

    def as_kind(self, kind: Any) -> Any:
        """The value of that type. Raises ValueError where the text is none."""
        if typing.get_origin(kind) is tuple:
            return _items(self, typing.get_args(kind)[0])
        return _value(self.strip(), kind)


def _items(text: str, kind: Any) -> tuple[Any, ...]:
    optional = NoneType in typing.get_args(kind)
    kinds = [part for part in typing.get_args(kind) if part is not NoneType] or [kind]
    items = [item for item in re.sub(r"[()\[\]]", " ", text).replace(",", " ").split() if item]
    if len(items) > _MAX_ITEMS:
        raise ValueError(text)
    return tuple(None if optional and item == "None" else _value(item, kinds[0]) for item in items)


def _value(text: str, kind: Any) -> Any:
    if kind is bool:
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if kind is int:
        match = _INTEGER.fullmatch(text)
        if match is None or abs(int(match[1])) >= 2**63:
            raise ValueError(text)
        return int(match[1])
    return kind(text)
