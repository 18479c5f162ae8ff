"""Attributes of file formats that write everything as text."""

from __future__ import annotations

import re
import typing
from typing import Any

_WORDS = {"true": True, "false": False, "1": True, "0": False}


class Text(str):
    """An attribute as the file writes it: ``3``, ``0.5``, ``True``, ``(1, 2)``. The importer's annotation types it."""

    def as_kind(self, kind: Any) -> Any:
        """The value of that type. Raises ValueError where the text is none."""
        if typing.get_origin(kind) is tuple:
            items = re.split(r"[,\s]+", re.sub(r"^[(\[]|[)\]]$", "", self.strip()).strip(", "))
            return tuple(Text(item).as_kind(typing.get_args(kind)[0]) for item in items if item)
        if kind is bool and self.lower() in _WORDS:
            return _WORDS[self.lower()]
        if kind not in (int, float, str):
            raise ValueError(self)
        return kind(self)
