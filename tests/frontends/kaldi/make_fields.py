"""Writes fields.json: the tokens that each component of Kaldi writes, found in Kaldi's source.

python tests/frontends/kaldi/make_fields.py KALDI/src        (made from kaldi-asr/kaldi, commit f40076610)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

FOLDERS = ("nnet3", "nnet2", "nnet")
_FUNCTION = re.compile(r"^void (\w+)::Write\(std::ostream", re.MULTILINE)
_CLASS = re.compile(r"^\s*class (\w+)\b[^;{]*\{", re.MULTILINE)
_DATA = re.compile(r"void WriteData\(std::ostream")
_TOKEN = re.compile(r'WriteToken\((?:os|out), (?:binary|true|false), "<([A-Za-z_0-9]+)>"')


def body(text: str, start: int) -> str:
    """What stands between the next pair of braces."""
    depth, begin = 0, text.index("{", start)
    for place in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[begin:place]
    return text[begin:]


def tokens(folder: Path) -> dict[str, list[str]]:
    """By component, in the order of the file."""
    found: dict[str, list[str]] = {}
    for path in sorted([*folder.glob("*.cc"), *folder.glob("*.h")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in _FUNCTION.finditer(text):
            found[match[1]] = _TOKEN.findall(body(text, match.end()))
        for match in _CLASS.finditer(text):
            inside = body(text, match.start())
            for data in _DATA.finditer(inside):
                found[match[1]] = _TOKEN.findall(body(inside, data.end()))
    return found


def main() -> None:
    """Scan, write."""
    made: dict[str, dict[str, list[str]]] = {}
    for folder in FOLDERS:
        for name, words in tokens(Path(sys.argv[1]) / folder).items():
            own = [word for word in dict.fromkeys(words) if word != name]
            if own:
                made.setdefault(folder, {})[name] = own
    (Path(__file__).parent / "fields.json").write_text(
        json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
