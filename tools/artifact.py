"""The compiled library for a command that runs one: either the given file, or one compiled from a model for this
machine."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import open_regular
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.format_options import add_format_arguments, format_options, named_model
from dldt.tools.is_artifact import is_artifact
from dldt.tools.limit_options import add_limit_arguments
from dldt.tools.progress_line import ProgressLine

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph


def add_artifact_arguments(parser: Parser) -> None:
    """The model or library, the shapes of its free dims, the threads."""
    parser.add_argument(
        "model", nargs="?", metavar="MODEL", help="a compiled library (.so), or a model of any framework"
    )
    parser.add_argument("-m", "--path-to-model", metavar="MODEL", help="the model, when it is not given by position")
    parser.add_argument(
        "--shape", "-shape", metavar="TEXT", help='fixes dims that the model leaves free: "x[1,3,640,640]"'
    )
    parser.add_argument(
        "--threads", "--nthreads", "-nthreads", type=int, metavar="N", help="default: all that it may use"
    )
    parser.add_argument("--follow-links", action="store_true", help="files of weights that a model names may be links")
    add_limit_arguments(parser)
    add_format_arguments(parser, taken=frozenset({"-d"}))  # benchmark_app's device


def artifact_path(arguments: Arguments) -> Path:
    """The file that the arguments name. Raises UsageError or InputError."""
    given = [text for text in (arguments.model, arguments.path_to_model) if text]
    given = given or [text for text in (named_model(arguments),) if text]
    if not given:
        raise UsageError("no model is given")
    if len(set(given)) > 1:
        raise UsageError(f"two models are given, {given[0]} and {given[1]}; give one")
    if arguments.threads is not None and arguments.threads < 1:
        raise UsageError(f"--threads is {arguments.threads}; it must be 1 or more")
    path = Path(given[0])
    if not path.exists():
        open_regular(path).close()  # says what is there instead, such as a broken link
    if not path.is_file() and not path.is_dir():
        raise InputError(f"{path}: is neither a regular file nor a directory")
    return path


@contextlib.contextmanager
def compiled(arguments: Arguments) -> Iterator[Path]:
    """The library to run. A model is first compiled for this machine, into a temporary file."""
    path = artifact_path(arguments)
    if path.is_file() and is_artifact(path):
        yield path
        return
    from dldt.tools import api

    with tempfile.TemporaryDirectory(prefix="dldt-") as folder:
        artifact = Path(folder) / f"{path.stem}.so"
        with ProgressLine() as progress:
            made = api.compile_model(_read(path, arguments), artifact, progress=progress)
        print(f"compiled {path} for this machine in {made.summary.seconds:.1f} s", file=sys.stderr)
        yield artifact


def read_again(arguments: Arguments) -> Graph | None:
    """The model that the arguments name; None where it is a library."""
    path = artifact_path(arguments)
    return None if path.is_file() and is_artifact(path) else _read(path, arguments)


def about(artifact: Path) -> dict[str, str]:
    """What a report on a crash of a library's code says of the library: its metadata, which hold no weights."""
    from dldt.runtime.format import read_artifact

    return {"library.json": json.dumps(read_artifact(artifact).metadata.raw, indent=1) + "\n"}


def _read(path: Path, arguments: Arguments) -> Graph:
    from dldt.frontends.engine.input_spec import parse_inputs
    from dldt.tools import api

    shapes = parse_inputs(arguments.shape) if arguments.shape else None
    return api.read_model(path, inputs=shapes, follow_links=arguments.follow_links, **format_options(arguments))
