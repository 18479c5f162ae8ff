"""A format of model files: how it is told from others, and what makes a graph of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import attrs

from dldt.compiler.graph import Graph
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline

Load: TypeAlias = Callable[[Path, InputSpecs, Sequence[str] | None], Graph]
"""Makes the graph of a file, with its inputs fixed and its outputs cut as the user asks."""


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
    load: Load
    outline: Callable[[Path], Outline]
    """What ``dldt inspect`` shows of a file that ``load`` refuses."""
    framework: Framework | None = None
    """Its table of importers, filled."""
