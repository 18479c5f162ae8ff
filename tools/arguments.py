"""The argument parser of every command: underscores and dashes are equal, a mistake is a usage error (exit code 1)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from dldt.compiler.errors import UsageError

Arguments = argparse.Namespace


class Parser(argparse.ArgumentParser):
    """argparse with long options in either spelling (``--mean_values``, ``--mean-values``), none abbreviated."""

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
        """The arguments; UsageError where they do not fit. ``--help`` and ``--version`` print and leave."""
        return self.parse_args([_dashed(word) for word in words])

    def error(self, message: str) -> NoReturn:
        """argparse's own way out, as an error of ours."""
        raise UsageError(message)


class VersionAction(argparse.Action):
    """Prints the version only when asked, so that nothing is imported for it before."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and leave."""
        from dldt.runtime.version import __version__

        print(f"{parser.prog.split()[0]} {__version__}")
        parser.exit(0)


def _dashed(word: str) -> str:
    """``--mean_values=a_b`` → ``--mean-values=a_b``."""
    if not word.startswith("--"):
        return word
    name, equals, value = word.partition("=")
    return name.replace("_", "-") + equals + value
