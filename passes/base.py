"""A pass: a small frozen class that changes graphs, its fields being its options."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from dldt.compiler.graph import Graph
from dldt.compiler.observer import Application, Observer
from dldt.compiler.shown import shown


class Pass:
    """Base of every pass. Subclasses are made by ``@transform``; the docstring draws before → after."""

    name: ClassVar[str]
    """The class name in kebab case: what pipelines print and the command line takes."""

    def apply(self, graph: Graph) -> int:
        """Change one graph (its sub-graphs are visited by the manager); how many places were changed."""
        raise NotImplementedError(f"{self.name} has no apply")

    def run(self, graph: Graph, observer: Observer) -> int:
        """``apply`` under an observer, which may refuse. What a pass can do place by place, it asks place by place."""
        application = Application(self, graph, None, f"graph {shown(graph.name)}")
        if not observer.allows(application):
            return 0
        count = self.apply(graph)
        if count:
            observer.applied(application)
        return count

    def __str__(self) -> str:
        given = [f for f in attrs.fields(type(self)) if getattr(self, f.name) != f.default]  # type: ignore[arg-type]  # of attrs
        if not given:
            return self.name
        options = ",".join(f"{f.name}={_text(getattr(self, f.name))}" for f in given)
        return f"{self.name}{{{options}}}"

    __repr__ = __str__


PASSES: dict[str, type[Pass]] = {}
"""name → class, filled by ``@transform``."""

_Class = TypeVar("_Class", bound=type[Pass])


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def transform(cls: _Class) -> _Class:
    """Class decorator: freezes the pass with attrs and registers it by its kebab-case name."""
    frozen: Any = attrs.frozen(cls, repr=False, str=False)
    frozen.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
    if not frozen.__doc__:
        raise RuntimeError(f"pass {frozen.name} has no docstring: draw before → after")
    if frozen.name in PASSES:
        raise RuntimeError(f"pass {frozen.name} is registered twice")
    PASSES[frozen.name] = frozen
    made: _Class = frozen
    return made


def option_parser(default: object) -> Callable[[str], object]:
    """How the text of an option with this default is read: bool, int, float or text."""
    if isinstance(default, bool):
        return _bool
    if isinstance(default, int):
        return int
    if isinstance(default, float):
        return float
    return str


def _bool(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{shown(text)} is neither true nor false")
    return text == "true"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
