"""The argument parser of every command. Underscores and dashes are equal; a mistake is a usage error (exit code 1)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from dldt.compiler.errors import UsageError

Arguments = argparse.Namespace


class Parser(argparse.ArgumentParser):
    """argparse, but long options have both spellings (``--mean_values``, ``--mean-values``) and cannot be
    abbreviated."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add_argument("--version", action=VersionAction, help="print the version and leave")
        self.add_argument("--debug", action="store_true", help="show the traceback of an error")

    def parse_words(self, words: Sequence[str]) -> Arguments:
        """The parsed arguments. Raises UsageError where they are wrong. ``--help`` and ``--version`` print and exit."""
        return self.parse_args([_dashed(word) for word in words])

    def error(self, message: str) -> NoReturn:
        """Raises UsageError where argparse would exit."""
        raise UsageError(message)


class VersionAction(argparse.Action):
    """Prints the version. Nothing is imported for it until it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and exit."""
        from dldt.runtime.version import __version__

        print(f"{parser.prog.split()[0]} {__version__}")
        parser.exit(0)


def _dashed(word: str) -> str:
    """``--mean_values=a_b`` → ``--mean-values=a_b``."""
    if not word.startswith("--"):
        return word
    name, equals, value = word.partition("=")
    return name.replace("_", "-") + equals + value
