"""``dldt debug``: compares, bisects, reduces, and packs a failure up."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.tools.console import explain

COMMANDS = {
    "compare": "two models, graphs or libraries, tensor by tensor",
    "bisect": "which rewrite, lowering or kernel made a model wrong",
    "reduce": "the smallest part of a model that still fails",
    "repro": "a zip file with which somebody else sees the failure",
}

USAGE = """usage: dldt debug COMMAND [options]

Finds what is wrong with a model (docs/debugging.md).

commands:
{commands}

dldt debug COMMAND --help tells the options of a command."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug") -> int:
    """Run the command that the first word names; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words else "--help"
    if name in ("-h", "--help", "help"):
        print(USAGE.format(commands="\n".join(f"  {name:<9} {text}" for name, text in COMMANDS.items())))
        raise SystemExit(0 if words else 1)
    if name not in COMMANDS:
        code, text = explain(UsageError(f"there is no command {shown(name)}; there are {', '.join(COMMANDS)}"), prog)
        print(text, file=sys.stderr)
        return code
    command = importlib.import_module(f"dldt.tools.debug_{name}")
    return int(command.main(words[1:], prog=f"{prog} {name}"))


if __name__ == "__main__":
    sys.exit(main())
