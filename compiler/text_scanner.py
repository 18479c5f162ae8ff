"""Cutting a line of the text form into tokens."""

from __future__ import annotations

import json
import re

from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.errors import DldtError, InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.substitute import substitute
from dldt.compiler.types import DType, TensorType

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<name>%(?:[A-Za-z0-9_./\-]+|"(?:[^"\\]|\\.)*"))
      | (?P<digest>@[0-9a-f]+)
      | (?P<type>(?:f64|f32|f16|bf16|i64|i32|i16|i8|u64|u32|u16|u8|boolean)\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])
      | (?P<word>[A-Za-z_][A-Za-z0-9_\-]*)
      | (?P<number>[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf))
      | (?P<mark>[(){},=:\[\]#]|\?(?=\ in\ ))
      | (?P<end>$)
    )""",
    re.VERBOSE,
)

_CUT = re.compile(r'"(?:[^"\\]|\\.)*"|[(),]')


class Scanner:
    """The tokens of one line, taken one after the other. Errors carry the line's number."""

    def __init__(self, line: str, number: int) -> None:
        self.number = number
        self._line = line
        self._at = 0
        self.kind = ""
        self.text = ""
        self.advance()

    def error(self, message: str) -> InputError:
        """The error to raise for this line."""
        return InputError(f"line {self.number}: {message}")

    def advance(self) -> None:
        """Move to the next token; ``kind`` is end at the end."""
        found = _TOKEN.match(self._line, self._at)
        if found is None or found.lastgroup is None:
            raise self.error(f"cannot read {shown(self._line[self._at : self._at + 30].strip())}")
        self.kind, self.text = found.lastgroup, found.group(found.lastgroup)
        self._at = found.end()

    def take(self, kind: str, text: str | None = None) -> str:
        """The current token, which must be of this kind (and text); then the next one is current."""
        if self.kind != kind or (text is not None and self.text != text):
            wanted = text or kind
            raise self.error(f"{shown(wanted)} expected, {shown(self.text or 'the end of the line')} found")
        taken = self.text
        self.advance()
        return taken

    def accept(self, text: str) -> bool:
        """Whether the current token is this mark or word; if so it is taken."""
        if self.kind not in ("mark", "word") or self.text != text:
            return False
        self.advance()
        return True

    def rest(self) -> str:
        """The current token and everything after it, all taken."""
        start = self._line.rindex(self.text, 0, self._at)
        taken = self._line[start:].strip()
        self._at = len(self._line)
        self.advance()
        return taken

    def name(self) -> str:
        """A value's name, without the percent sign and quotes."""
        return self._unquoted(self.take("name")[1:])

    def string(self) -> str:
        """A quoted string."""
        return self._unquoted(self.take("string"))

    def _unquoted(self, text: str) -> str:
        if not text.startswith('"'):
            return text
        try:
            return str(json.loads(text))
        except ValueError as error:
            raise self.error(f"{printable(text)} is no string") from error

    def type(self, symbols: dict[Symbol, Dim], sizes: dict[str, Dim]) -> TensorType:
        """A tensor type; symbols take the bounds that were declared, named sizes have the definitions."""
        name, _, rest = self.take("type").partition("[")
        parts = split_dims(rest[:-1])
        try:
            shape = tuple(substitute(parse_dim(part, sizes), symbols) for part in parts)
        except DldtError as error:
            raise self.error(str(error)) from error
        return TensorType(DType(name), shape)


def split_dims(text: str) -> list[str]:
    """The dims of a shape: cut at commas outside parentheses and quotes."""
    parts, depth, start = [], 0, 0
    for found in _CUT.finditer(text):
        depth += (found[0] == "(") - (found[0] == ")")
        if found[0] == "," and depth == 0:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]] if text.strip() else []
