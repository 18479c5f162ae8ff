"""The output file of a command: its path from the options, and a check before the work starts that it can be
written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dldt.compiler.atomic import require_replaceable
from dldt.compiler.errors import InputError, UsageError
from dldt.tools.arguments import Arguments, Parser


def add_output_arguments(parser: Parser, what: str) -> None:
    """``-o FILE``, and the old Model Optimizer's ``--output-dir DIR --model-name NAME``."""
    group = parser.add_argument_group("output")
    group.add_argument("-o", "--output-model", metavar="FILE", help=f"{what}; a directory: the model's name in it")
    group.add_argument("--output-dir", metavar="DIR", help="the directory to write to (default: the current one)")
    group.add_argument("-n", "--model-name", metavar="NAME", help="the file's name (default: the model's)")


def output_path(arguments: Arguments, model: Path, suffix: str) -> Path:
    """The file to write. Raises UsageError where the options contradict each other, InputError where it cannot be
    written."""
    name = arguments.model_name or model.stem
    if arguments.output_model and arguments.output_dir:
        raise UsageError("give -o or --output-dir, not both")
    if arguments.output_model:
        path = Path(arguments.output_model)
        if path.is_dir() or str(arguments.output_model).endswith(os.sep):
            path = path / (name + suffix)
    else:
        path = Path(arguments.output_dir or ".") / (name + suffix)
    if suffix == ".so" and path.suffix.lower() == ".xml":
        raise UsageError(f"{path}: .xml is the ending of an IR, which 'dldt convert' writes; give a library's name")
    if path.exists() and model.exists() and path.samefile(model):
        raise UsageError(f"{path} is the model itself; name another file with -o")
    require_writable(path)
    return path


def require_writable(path: Path) -> None:
    """Raises InputError where ``path`` cannot be written. Leaves no file behind."""
    require_replaceable(path)
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: there is no directory {path.parent}; create it first")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot write {path}: {reason}; choose another place for the output") from error
