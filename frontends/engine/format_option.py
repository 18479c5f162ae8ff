"""An option of the command line that one format of model files has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FormatOption:
    """It is a dataclass, as ``--help`` must work where nothing but Python is installed."""

    name: str
    """As the old Model Optimizer spells it, without the dashes: ``input_proto``. The Python API has the same."""
    help: str
    kind: Literal["path", "text", "integer", "flag"] = "text"
    """What its value is: ``str`` for a path or a text, ``int``, or True where the flag is set."""
    metavar: str = "TEXT"
    short: str | None = None
    """A second spelling, with its dash: ``-d``."""
    names_model: bool = False
    """Whether its path may stand for the model, where no model is given."""
