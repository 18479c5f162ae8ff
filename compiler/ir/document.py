"""The XML document of an IR as a tree of elements, parsed with guards against hostile files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.ir.limits import MAX_ATTRIBUTE, MAX_DEPTH, MAX_ELEMENTS, MAX_TAG_BYTES
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown

CHUNK = 1 << 18

_SKIPPED = frozenset({"dim"})
"""Shapes are inferred again, so the many elements that repeat them are not kept."""


@attrs.define(eq=False)
class Element:
    """One XML element: its tag, its attributes, its children, and the line where it starts. Text is not kept."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = attrs.field(factory=list, repr=False)

    def child(self, tag: str) -> Element | None:
        """The first child called ``tag``."""
        return next(self.all(tag), None)

    def all(self, tag: str) -> Iterator[Element]:
        """The children called ``tag``."""
        return (child for child in self.children if child.tag == tag)


def parse_document(file: BinaryIO, name: str) -> Element:
    """The root element of ``file``. Raises InputError, which names ``name`` and the line, for what is not well-formed
    XML and for what no IR contains: a document type, entities, very deep nesting, very long attributes."""
    builder = _TreeBuilder(name)
    fed = 0
    try:
        while chunk := file.read(CHUNK):
            builder.parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(builder.parser.CurrentByteIndex, 0) > MAX_TAG_BYTES:
                raise builder.refuse(f"a tag or comment is longer than {MAX_TAG_BYTES >> 20} MiB")
        if not fed:
            raise InputError(f"{name}: the file is empty; give the .xml file of an OpenVINO IR")
        builder.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(_malformed(name, error, builder)) from error
    assert builder.root is not None  # expat refuses a document without a root
    return builder.root


class _TreeBuilder:
    """Receives expat's events; ``stack`` holds the open elements, None for a skipped one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Element | None = None
        self.stack: list[Element | None] = []
        self.count = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype

    def refuse(self, what: str) -> InputError:
        return InputError(f"{self.name}, line {self.parser.CurrentLineNumber}: {what}; the file is not a sound IR")

    def doctype(self, *_: object) -> None:
        raise self.refuse("it declares a document type or an entity (DOCTYPE, ENTITY), which no IR does")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(f"elements are nested deeper than {MAX_DEPTH}")
        self.count += 1
        if self.count > MAX_ELEMENTS and tag not in _SKIPPED:
            raise self.refuse(f"it has more than {MAX_ELEMENTS:,} elements")
        for key, value in attributes.items():
            if len(value) > MAX_ATTRIBUTE or len(key) > MAX_ATTRIBUTE:
                raise self.refuse(
                    f"attribute {shown(key)} of <{printable(tag)}> is longer than {MAX_ATTRIBUTE >> 20} MiB"
                )
        self.stack.append(None if tag in _SKIPPED else self.make(tag, attributes))

    def make(self, tag: str, attributes: dict[str, str]) -> Element:
        element = Element(tag, attributes, self.parser.CurrentLineNumber)
        if self.root is None:
            self.root = element
        elif self.stack[-1] is not None:
            self.stack[-1].children.append(element)
        return element

    def end(self, _: str) -> None:
        self.stack.pop()


def _malformed(name: str, error: expat.ExpatError, builder: _TreeBuilder) -> str:
    reason = expat.errors.messages.get(error.code, "") if error.code else str(error)
    reason = reason or expat.ErrorString(error.code)
    if builder.root is None:
        return f"{name}: not an OpenVINO IR: line {error.lineno}: {reason}; give the .xml file of a model"
    open_tags = [element.tag for element in builder.stack if element is not None]
    truncated = error.code in (_NO_ELEMENTS, _UNCLOSED_TOKEN) and open_tags
    if truncated:
        return f"{name}: the file is truncated: it ends at line {error.lineno} inside <{open_tags[-1]}>; copy it again"
    return f"{name}, line {error.lineno}: not well-formed XML: {reason}; the file is damaged"


_NO_ELEMENTS = expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]
_UNCLOSED_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]
