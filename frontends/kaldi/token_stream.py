"""The tokens and values of a Kaldi file, binary or text."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import Array

LONGEST = 4096
"""Bytes that a token may have."""
_SPACE = b" \t\n\r\f\v"


class TokenStream:
    """A place in a file that moves on. In a binary file a number is a byte that tells its size, and the number; in a
    text file everything is separated by white space."""

    def __init__(self, data: memoryview, path: Path, binary: bool, position: int = 0) -> None:
        self.data, self.path, self.binary, self.position = data, path, binary, position
        self.reading = ""
        """What is read at the moment, for messages."""

    def fail(self, what: str) -> InputError:
        """The error that says where ``what`` is wrong."""
        inside = f" in {self.reading}" if self.reading else ""
        return InputError(
            f"{self.path}: {what}{inside}, at byte {self.position}; the file is damaged or no Kaldi model"
        )

    def take(self, count: int) -> memoryview:
        """The next bytes."""
        if count < 0 or count > len(self.data) - self.position:
            raise self.fail(f"{count} bytes are expected, the file ends after {len(self.data) - self.position}")
        self.position += count
        return self.data[self.position - count : self.position]

    def peek(self) -> bytes:
        """The byte that comes next, white space left out where it means nothing; none at the end."""
        if not self.binary:
            self.skip_space()
        return bytes(self.data[self.position : self.position + 1])

    def skip_space(self) -> None:
        """Go on to the next byte that is not white space."""
        while self.position < len(self.data) and self.data[self.position] in _SPACE:
            self.position += 1

    def token(self) -> str:
        """A word up to white space, which is taken, too."""
        self.skip_space()
        head = bytes(self.data[self.position : self.position + LONGEST])
        words = head.split(None, 1)
        if not words:
            raise self.fail("a word is expected, the file ends")
        if len(words[0]) == LONGEST:
            raise self.fail(f"a word has more than {LONGEST} bytes")
        self.position += min(len(words[0]) + 1, len(head))
        return words[0].decode("ascii", "replace")

    def next_token(self) -> str:
        """The next word, which is not taken."""
        position = self.position
        try:
            return self.token()
        finally:
            self.position = position

    def expect(self, *wanted: str) -> str:
        """The next word, which must be one of ``wanted``."""
        position = self.position
        found = self.token()
        if found not in wanted:
            self.position = position
            raise self.fail(f"{' or '.join(wanted)} is expected, {shown(found)} is there")
        return found

    def line(self) -> str:
        """The rest of a line."""
        end = bytes(self.data[self.position : self.position + (1 << 20)]).find(b"\n")
        if end < 0:
            raise self.fail("a line has no end")
        return bytes(self.take(end + 1)).decode("utf-8", "replace").strip()

    def integer(self) -> int:
        """A whole number."""
        if not self.binary:
            return int(self._word(int))
        size = self.take(1)[0]
        if size not in (4, 8, 0xFC, 0xF8):
            raise self.fail(f"a whole number is expected, its size is said to be {size}")
        kind = {4: "<i", 8: "<q", 0xFC: "<I", 0xF8: "<Q"}[size]
        return int(struct.unpack(kind, self.take(4 if size in (4, 0xFC) else 8))[0])

    def number(self) -> float:
        """A float, of single or double precision."""
        if not self.binary:
            return float(self._word(float))
        size = self.take(1)[0]
        if size not in (4, 8):
            raise self.fail(f"a number is expected, its size is said to be {size}")
        return float(struct.unpack("<f" if size == 4 else "<d", self.take(size))[0])

    def boolean(self) -> bool:
        """T or F."""
        if not self.binary:
            self.skip_space()
        letter = bytes(self.take(1))
        if letter not in (b"T", b"F"):
            raise self.fail(f"T or F is expected, {shown(letter)} is there")
        return letter == b"T"

    def integers(self, width: int = 1) -> Array:
        """A list of whole numbers, or of tuples of ``width`` of them, as [n] or [n,width]."""
        if not self.binary:
            words = self.bracketed().replace(b",", b" ").split()
            found = np.array([self._converted(word, int) for word in words], np.int64)
        else:
            if self.take(1)[0] != 4:
                raise self.fail("a list of whole numbers is expected")
            (count,) = struct.unpack("<i", self.take(4))
            if count < 0:
                raise self.fail(f"a list of {count} numbers is none")
            found = np.frombuffer(self.take(4 * width * count), "<i4").astype(np.int64)
        if len(found) % width:
            raise self.fail(f"a list of {len(found)} numbers is no list of pairs")
        return found.reshape(-1, width) if width > 1 else found

    def bracketed(self) -> bytes:
        """In a text file: what stands between [ and ]."""
        self.skip_space()
        if bytes(self.take(1)) != b"[":
            self.position -= 1
            raise self.fail("[ is expected")
        end = find(self.data, b"]", self.position)
        if end < 0:
            raise self.fail("a list has no ]")
        return bytes(self.take(end + 1 - self.position)[:-1])

    def _word(self, kind: type[int] | type[float]) -> float:
        return self._converted(self.token().encode(), kind)

    def _converted(self, word: bytes, kind: type[int] | type[float]) -> float:
        try:
            return kind(word[:LONGEST])
        except ValueError:
            raise self.fail(f"a number is expected, {shown(word[:60].decode('ascii', 'replace'))} is there") from None


def find(data: memoryview, what: bytes, start: int, step: int = 1 << 16) -> int:
    """Where ``what``, one byte, is next from ``start`` on; -1 where it is not."""
    while start < len(data):
        found = bytes(data[start : start + step]).find(what)
        if found >= 0:
            return start + found
        start += step
    return -1
