"""A format of model files: how it is told from others, and what makes a graph of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import attrs

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.frontends.engine.format_option import FormatOption
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline

Options: TypeAlias = Mapping[str, Any]
"""The values of the format's options that are given, by their names."""


class LoadModel(Protocol):
    """Makes the graph of a file."""

    def __call__(self, path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options, /) -> Graph:
        """With its inputs fixed and its outputs cut as the user asks."""


@attrs.frozen
class Reader:
    """The code that reads a format."""

    load: LoadModel
    outline: Callable[[Path, Options], Outline]
    """What ``dldt inspect`` shows of a file that ``load`` refuses."""
    framework: Framework | None = None
    """Its table of importers, filled."""


def _no_directory(_: Path) -> bool:
    return False


@attrs.frozen
class Format:
    """One line of the table in ``frontends/formats.py``."""

    name: str
    """As ``--framework`` spells it."""
    title: str
    """As messages list it: ``.xml (OpenVINO IR)``."""
    suffixes: tuple[str, ...]
    """Ends of file names, in lower case."""
    begins: Callable[[bytes], bool]
    """Whether a file that begins with these bytes (up to 512) may be one."""
    reader: Callable[[], Reader]
    """Imports its code: a model of one framework needs nothing that others need."""
    directory: Callable[[Path], bool] = _no_directory
    """Whether a directory is a model of this format."""
    options: tuple[FormatOption, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names that ``--framework`` takes."""

    def checked(self, given: Options) -> Options:
        """``given``, if all are options of this format. Raises UsageError."""
        known = [option.name for option in self.options]
        for name in given:
            if name not in known:
                about = f"it has {', '.join(known)}" if known else "it has none"
                raise UsageError(f"{name} is no option of the format {self.name} ({about})")
        return given
