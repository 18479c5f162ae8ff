"""The tokens of protobuf's text format."""

from __future__ import annotations

import re

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown

_TOKEN = re.compile(
    r"""(?:[\s\ufeff]|\#[^\n]*)*+
    (?P<token>
        "(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'
        |\.?[0-9](?:[eE][+-]|[\w.])*+|[\w./]++|[{}<>\[\]:,;-]|\Z
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    rb"\\(?:(?P<octal>[0-7]{1,3})|[xX](?P<hex>[0-9a-fA-F]{1,2})|u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})"
    rb"|(?P<plain>.))",
    re.DOTALL,
)
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


class TextTokens:
    """Names, numbers, quoted texts and brackets, one behind the other; blanks and comments are left out."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._begin = 0
        self.position = 0
        """Where the next token is looked for."""
        self.last = ""
        """The token that was taken last; empty at the end of the text."""

    @property
    def line(self) -> int:
        """The line of the last token."""
        return self._text.count("\n", 0, self._begin) + 1

    def take(self) -> str:
        """The next token; an empty one at the end. Raises InputError where there is none."""
        match = _TOKEN.match(self._text, self.position)
        if match is None:
            rest = self._text[self.position :].lstrip()[:20]
            self._begin = len(self._text) - len(self._text[self.position :].lstrip())
            raise self.error(f"cannot read {shown(rest)}")
        self._begin, self.position = match.start("token"), match.end()
        self.last = match["token"]
        return self.last

    def accept(self, token: str) -> bool:
        """Takes the next token if it is this one."""
        match = _TOKEN.match(self._text, self.position)
        if match is None or match["token"] != token:
            return False
        self._begin, self.position, self.last = match.start("token"), match.end(), token
        return True

    def expect(self, token: str) -> None:
        """Takes this token. Raises InputError where another one comes."""
        if self.take() != token:
            raise self.error(f"{shown(token)} is expected, not {shown(self.last)}")

    def at_string(self) -> bool:
        """Whether a quoted text comes next."""
        match = _TOKEN.match(self._text, self.position)
        return match is not None and match["token"][:1] in ('"', "'") and match["token"] != ""

    def string(self) -> bytes:
        """The content of a quoted text, or of several that stand one behind the other."""
        parts = [self._quoted()]
        while self.at_string():
            parts.append(self._quoted())
        return b"".join(parts)

    def since(self, begin: int) -> str:
        """What is written from there to the end of the last token."""
        return self._text[begin : self.position].strip()

    def error(self, reason: str) -> InputError:
        """The error that names file and line."""
        return InputError(f"{self._file}: line {self.line}: {reason}")

    def _quoted(self) -> bytes:
        token = self.take()
        if token[:1] not in ('"', "'") or not token:
            raise self.error(f"a text in quotes is expected, not {shown(token)}")
        content = token[1:-1].encode("utf-8", "surrogateescape")
        return _ESCAPE.sub(_unescaped, content) if b"\\" in content else content


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match["octal"]:
        return bytes([int(match["octal"], 8) & 255])
    if match["hex"]:
        return bytes([int(match["hex"], 16)])
    code = match["four"] or match["eight"]
    if code:
        number = int(code, 16)
        return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
    plain = match["plain"]
    return _PLAIN.get(plain, plain)
