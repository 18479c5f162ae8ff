"""The options that single formats of models have, such as ``--input-proto`` for Caffe."""

from __future__ import annotations

import argparse
from typing import Any

from dldt.frontends.engine.format_option import FormatOption
from dldt.frontends.options import OPTIONS
from dldt.tools.arguments import Arguments, Parser


def add_format_arguments(parser: Parser) -> None:
    """Add ``--framework``, and the options of every format in a group of its own."""
    parser.add_argument(
        "--framework", metavar="NAME", help="whose model it is, where the file's name does not tell (onnx, ir …)"
    )
    known: set[str] = set()
    for title, options in OPTIONS.items():
        group = parser.add_argument_group(title)
        for option in options:
            if option.name not in known:  # formats may share one
                _add(group, option)
            known.add(option.name)


def _add(group: argparse._ArgumentGroup, option: FormatOption) -> None:
    spellings = [*([option.short] if option.short else []), f"--{option.name.replace('_', '-')}"]
    if option.kind == "flag":
        group.add_argument(*spellings, dest=option.name, action="store_true", help=option.help)
        return
    kind = int if option.kind == "integer" else str
    group.add_argument(*spellings, dest=option.name, type=kind, metavar=option.metavar, help=option.help)


def named_model(arguments: Arguments) -> str | None:
    """The model that an option such as ``--saved-model-dir`` names."""
    named = [getattr(arguments, option.name, None) for option in _all() if option.names_model]
    return next(filter(None, named), None)


def format_options(arguments: Arguments) -> dict[str, Any]:
    """The keyword arguments of ``read_model`` that these options are."""
    words = (getattr(arguments, name, None) for name in ("model", "input_model", "path_to_model"))
    path = next(filter(None, words), named_model(arguments))
    given = {option.name: getattr(arguments, option.name, None) for option in _all()}
    repeated = {option.name for option in _all() if option.names_model and given[option.name] == path}
    options = {name: value for name, value in given.items() if value not in (None, False) and name not in repeated}
    return {"framework": getattr(arguments, "framework", None), "options": options}


def _all() -> list[FormatOption]:
    return list({option.name: option for options in OPTIONS.values() for option in options}.values())
