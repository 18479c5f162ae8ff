"""A pipeline: an ordered tuple of passes, printed and parsed as text."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

import attrs

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.compiler.stage import IMPORTED, Stage
from dldt.passes.base import PASSES, Pass, option_parser


@attrs.frozen
class Pipeline:
    """Passes in the order in which they run. ``start`` is the stage that the graph is at from the beginning;
    ``stages`` are the ones that it reaches, each with the number of passes that bring it there."""

    name: str
    passes: tuple[Pass, ...]
    start: Stage = IMPORTED
    stages: tuple[tuple[int, Stage], ...] = ()

    @classmethod
    def of(cls, name: str, *phases: tuple[tuple[Pass, ...], Stage]) -> Pipeline:
        """The pipeline of several phases: the passes of each, and the stage that it reaches."""
        passes: tuple[Pass, ...] = ()
        stages: list[tuple[int, Stage]] = []
        for part, stage in phases:
            passes += part
            stages.append((len(passes), stage))
        return cls(name, passes, stages=tuple(stages))

    def stage_after(self, count: int) -> Stage:
        """The stage that the graph is at when ``count`` passes have run."""
        return next((stage for reached, stage in reversed(self.stages) if reached <= count), self.start)

    def without(self, globs: Iterable[str]) -> Pipeline:
        """The pipeline less the passes whose name fits one of the globs; UsageError for a glob that fits none.

        It no longer promises its stages: the passes that bring them about may be among them.
        """
        left = self.passes
        for glob in globs:
            if not any(fnmatch.fnmatchcase(item.name, glob) for item in self.passes):
                known = sorted({item.name for item in self.passes})
                raise UsageError(f"no pass to disable is called {shown(glob)}{did_you_mean(glob, known)}")
            left = tuple(item for item in left if not fnmatch.fnmatchcase(item.name, glob))
        return attrs.evolve(self, passes=left, stages=self.stages if left == self.passes else ())

    def __str__(self) -> str:
        return ",".join(map(str, self.passes))


def parse_passes(text: str) -> tuple[Pass, ...]:
    """The passes of ``a,b{x=1,y=2}``. Raises UsageError naming what is not known."""
    items = re.findall(r"[^,{}]+(?:\{[^{}]*\})?", text)
    if ",".join(items) != text.strip().strip(","):
        raise UsageError(f"not a list of passes: {shown(text)} (expected name,name{{option=value}},…)")
    return tuple(_parse_pass(item.strip()) for item in items)


def _parse_pass(text: str) -> Pass:
    name, _, options = text.rstrip("}").partition("{")
    if name not in PASSES:
        raise UsageError(f"there is no pass {shown(name)}{did_you_mean(name, sorted(PASSES))}")
    cls = PASSES[name]
    fields = {f.name: f.default for f in attrs.fields(cls)}  # type: ignore[arg-type]  # of attrs
    given: dict[str, object] = {}
    for part in filter(None, options.split(",")):
        key, _, value = (s.strip() for s in part.partition("="))
        if key not in fields:
            known = ", ".join(fields) or "none"
            raise UsageError(f"pass {name} has no option {shown(key)} (options: {known})")
        try:
            given[key] = option_parser(fields[key])(value)
        except ValueError as error:
            raise UsageError(f"pass {name}, option {key}: {error}") from error
    return cls(**given)
