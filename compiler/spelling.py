"""How the name of a free dim, which may hold any characters, stands in an expression of dims.

A name that is an identifier stands as it is: ``2*N``. Any other is quoted: ``2*"batch size"``, ``"2*N"+1``. The text
between the quotes is a string of Python's and of JSON's alike.
"""

from __future__ import annotations

import keyword
import re

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# What would end the string or the line, or what XML cannot hold.
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]')
_FUNCTIONS = ("max", "min", "broadcast")


def spelling(name: str) -> str:
    """``name`` as it stands in an expression; no two names have one spelling."""
    if _IDENTIFIER.fullmatch(name) and not keyword.iskeyword(name) and name not in _FUNCTIONS:
        return name
    return '"' + _ESCAPED.sub(_escape, name) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"
