"""Layouts: what the axes of an input mean, and the text of ``--layout``."""

from __future__ import annotations

import re

import attrs

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.frontends.engine.input_spec import split_top

_LETTERS = re.compile(r"[a-z?]+")
_ITEM = re.compile(r"(?P<name>.*)\((?P<layout>[^()]*)\)", re.DOTALL)


@attrs.frozen
class InputLayout:
    """The axes' letters as the model has them (``nhwc``), and as the input shall be fed, where that differs."""

    source: str
    target: str

    @classmethod
    def parse(cls, text: str) -> InputLayout:
        """``nchw`` or ``nhwc->nchw``; ``?`` stands for an axis without a meaning. Raises UsageError."""
        source, _, target = (part.strip().lower() for part in text.partition("->"))
        layout = cls(source, target or source)
        for letters in (layout.source, layout.target):
            named = letters.replace("?", "")
            if not _LETTERS.fullmatch(letters) or len(set(named)) != len(named):
                raise UsageError(f"{shown(text)} is not a layout: write one letter an axis, as in nchw, or nhwc->nchw")
        if sorted(layout.source) != sorted(layout.target) or ("?" in source and layout.source != layout.target):
            raise UsageError(f"layout {shown(text)}: both sides must have the same letters")
        return layout

    @property
    def channel(self) -> int | None:
        """The channel axis of the source layout."""
        return self.source.index("c") if "c" in self.source else None

    @property
    def order(self) -> tuple[int, ...]:
        """The transposition from the target to the source layout."""
        return tuple(self.target.index(letter) for letter in self.source)


def parse_layout(text: str) -> dict[str, InputLayout]:
    """``nhwc->nchw`` (the key is then ``""``: the only input) or ``x(nhwc->nchw),y(nc)``. Raises UsageError."""
    found: dict[str, InputLayout] = {}
    for item in split_top(text):
        match = _ITEM.fullmatch(item)
        name, layout = (match["name"].strip(), match["layout"]) if match else ("", item)
        if name in found:
            raise UsageError(
                f"the layout of {shown(name)} is given twice" if name else "name the inputs: x(nchw),y(nc)"
            )
        found[name] = InputLayout.parse(layout)
    if "" in found and len(found) > 1:
        raise UsageError("either all layouts are given by name, or there is one for the only input")
    return found
