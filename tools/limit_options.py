"""What reading and compiling a model may take: options of every command that does so."""

from __future__ import annotations

import argparse

from dldt.compiler.shown import shown
from dldt.tools.arguments import Parser
from dldt.tools.units import size_of


def add_limit_arguments(parser: Parser) -> None:
    """Add them; ``run_command`` sets the limits."""
    group = parser.add_argument_group("limits")
    group.add_argument(
        "--max-memory",
        type=_size_given,
        metavar="SIZE",
        help="what arrays may take while the model is read and compiled: 4GB (default: 512 MiB and eight times the "
        "size of the files that are read)",
    )
    group.add_argument(
        "--max-seconds",
        type=_seconds_given,
        metavar="N",
        help="how long that may take (default: 900, and one for each MiB of the files)",
    )


def _size_given(text: str) -> int:
    try:
        return size_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds_given(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a number of seconds above 0")
    return seconds
