"""Lists every message that the sources may show a user, to be proof-read: place, kind of error, text.

python docs/messages.py [WORD]     (only messages with the word; what is computed stands as {…})
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOXES = ("compiler", "frontends", "passes", "codegen", "runtime", "tools")


def messages(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, error, text) of every ``raise`` with a text, and of every call that makes such an error."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        text = " ".join(filter(None, map(_text, node.args)))
        if text and (name.endswith("Error") or name in ("Fault", "error", "refuse")):
            yield node.lineno, name, text


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return ""


def main(words: list[str]) -> None:
    """Print the messages, file by file."""
    for box in BOXES:
        for path in sorted((ROOT / box).rglob("*.py")):
            for line, name, text in sorted(messages(path)):
                if all(word.lower() in text.lower() for word in words):
                    print(f"{path.relative_to(ROOT)}:{line}: {name}: {' '.join(text.split())}")


if __name__ == "__main__":
    main(sys.argv[1:])
