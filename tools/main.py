"""The ``dldt`` command: finds the sub-command and runs it, without importing any of the others."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.tools.console import explain

COMMANDS = {
    "compile": "compile a model to one native library (dldt-compile is the same)",
    "convert": "convert a model to OpenVINO IR (.xml and .bin)",
    "run": "run a model or a compiled library on data",
    "bench": "measure latency, throughput, load time and memory",
    "inspect": "show a model, an IR or a compiled library",
    "debug": "find what made a model wrong: compare, bisect, reduce, repro",
    "ops": "list the operations of a framework that can be imported",
}

USAGE = """usage: dldt COMMAND [options]

An open deep-learning deployment toolkit: a trained network becomes one native library that needs nothing.

commands:
{commands}

dldt COMMAND --help tells the options of a command; dldt --version the version.
exit codes: 0 ok, 1 usage, 2 input refused, 3 unsupported, 4 internal error, 5 outputs differ (run --expect)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sub-command that the first word names; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words else "--help"
    if name in ("-h", "--help", "help"):
        print(USAGE.format(commands="\n".join(f"  {name:<9} {text}" for name, text in COMMANDS.items())))
        return 0 if words else 1
    if name == "--version":
        from dldt.runtime.version import __version__

        print(f"dldt {__version__}")
        return 0
    if name not in COMMANDS:
        code, text = explain(UsageError(f"there is no command {shown(name)}; there are {', '.join(COMMANDS)}"), "dldt")
        print(text, file=sys.stderr)
        return code
    command = importlib.import_module(f"dldt.tools.{name}")
    return int(command.main(words[1:], prog=f"dldt {name}"))


if __name__ == "__main__":
    sys.exit(main())
