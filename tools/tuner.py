"""Measured choice: the contractions of a model are run by other plans than the estimated ones, on this machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import attrs
import numpy as np

from dldt.codegen.kernels.choice import Chosen, Plan
from dldt.codegen.kernels.contenders import contenders
from dldt.codegen.kernels.question import Question
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.graph import Graph
from dldt.runtime.model import Model, load
from dldt.tools.tensors import concrete_shape, fill

MARGIN = 0.97
"""A plan replaces the estimated one only below this share of its time."""
NEGLIGIBLE = 0.003
"""Contractions with a smaller share of the model's time are not measured."""
ROUNDS = (10, 40)
"""The fewest and the most runs of each of two variants of the model."""
SECONDS = 1.0
"""What the runs of a pair should take together, within these rounds."""

Times: TypeAlias = list[list[float]]
"""The seconds of every step in every run."""


@attrs.define
class Contest:
    """The plans of one question: ``plan`` is the estimated one, ``seconds`` its time in one inference, in ``steps``
    steps of the model; ``shares`` are the other plans' times as shares of it, measured in turns with it."""

    question: Question
    what: str
    steps: int
    plan: str
    seconds: float
    shares: dict[str, float] = attrs.field(factory=dict)

    @property
    def best(self) -> tuple[str, float]:
        """The fastest plan and its share; the estimated one and 1 where it is that."""
        name = min(self.shares, key=self.shares.__getitem__, default=self.plan)
        share = self.shares.get(name, 1.0)
        return (name, share) if share < 1.0 else (self.plan, 1.0)


class Tuner:
    """Runs variants of a model, each with the next plan for every contraction, in turns with the estimated one.

    A context manager. ``folder`` is for the variants' libraries. Times are those of the steps inside the model on one
    thread: inputs and weights come from where they come from in use. ``known`` winners are measured first. ``tick`` is
    called now and then.
    """

    def __init__(
        self,
        graph: Graph,
        target: Target,
        folder: Path,
        *,
        numerics: Numerics | None = None,
        workers: int | None = None,
        cache: bool = True,
        known: Tuned = UNTUNED,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._graph, self._target, self._folder = graph, target, folder
        self._numerics, self._workers, self._cache = numerics, workers, cache
        self._known, self._tick = known, tick
        self._base, self._chosen = self._compile("base", {})
        generator = np.random.default_rng(0)
        self._arrays = {i.name: fill(i, concrete_shape(i, None), "random", generator) for i in self._base.inputs}
        self.contests = self._contests()
        """By the question's key, the costliest first."""
        self.complete = False
        """Whether every plan was measured."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._base.close()

    def rounds(self, seconds: float, most: int | None = None) -> Iterator[int]:
        """Measure one variant after the other until the time is over or no plan is left, at most ``most``: yields
        their number after each. What seems to win is measured once more at the end."""
        end, longest, count = time.monotonic() + seconds, 0.0, 0
        plans = {key: iter(self._plans(contest)) for key, contest in self.contests.items()}
        while count != most and time.monotonic() + 2 * longest < end:  # one more, and the last
            begun = time.monotonic()
            names = {key: plan.name for key, rest in plans.items() if (plan := next(rest, None)) is not None}
            if not names:
                self.complete = True
                break
            self._measure(names)
            longest, count = max(longest, time.monotonic() - begun), count + 1
            yield count
        if self.winners:
            self._measure(self.winners)
            yield count + 1

    @property
    def winners(self) -> dict[str, str]:
        """The plans that are faster than the estimated ones, by the key of their question."""
        found = {key: contest.best for key, contest in self.contests.items()}
        return {key: name for key, (name, share) in found.items() if share < MARGIN}

    @property
    def tuned(self) -> Tuned:
        """What was known before, corrected by what was measured."""
        measured = {key for key, contest in self.contests.items() if contest.shares}
        rest = {key: name for key, name in self._known.names.items() if key not in measured}
        return Tuned(rest | self.winners, self._known.source)

    def report(self) -> str:
        """What was measured and what it gains, in a line for people."""
        found, winners = list(self.contests.values()), self.winners
        measured = [contest for contest in found if contest.shares]
        spent = sum(contest.seconds for contest in found)
        saved = sum(c.seconds * (1 - c.best[1]) for c in found if c.question.key in winners)
        gain = f", which saves {saved / spent:.1%} of the time of all" if winners else ""
        text = (
            f"{_steps(measured)} contraction(s), {sum(len(contest.shares) for contest in measured)} plans beside the "
            f"estimated ones; {_steps(c for c in measured if c.question.key in winners)} are faster by another{gain}"
        )
        return text if self.complete or not found else f"{text}; others were not measured"

    def _plans(self, contest: Contest) -> list[Plan]:
        known = self._known.names.get(contest.question.key)
        found = [plan for plan in contenders(contest.question, self._target) if plan.name != contest.plan]
        return sorted(found, key=lambda plan: plan.name != known)

    def _measure(self, names: Mapping[str, str]) -> None:
        """The variant of these plans in turns with the estimated one. A plan that was measured before keeps the worse
        of its results: what won by chance does not win twice."""
        model, _ = self._compile("variant", names)
        with model:
            base, other = self._turns(model)
        for key, name in names.items():
            contest, slots = self.contests[key], self._slots(key)
            contest.seconds = _typical(base, slots)
            contest.shares[name] = max(_share(base, other, slots), contest.shares.get(name, 0.0))

    def _turns(self, other: Model) -> tuple[Times, Times]:
        """The runs of the base, and those of ``other`` in turns with them. Each run has memory of its own: where
        that happens to lie makes more of a difference than many a plan."""
        times: tuple[Times, Times] = ([], [])
        pairs = list(zip((self._base, other), times, strict=True))
        end, rounds = time.monotonic() + SECONDS, 0
        while rounds < ROUNDS[0] or (time.monotonic() < end and rounds < ROUNDS[1]):
            for model, found in pairs if rounds % 2 else reversed(pairs):
                profile = model.create_request().profile(self._arrays, runs=1)
                found.append([step.seconds for step in profile])
            rounds += 1
            self._tick()
        return times

    def _contests(self) -> dict[str, Contest]:
        request, steps = self._base.create_request(), self._base.metadata.steps
        times = [[step.seconds for step in request.profile(self._arrays, runs=1)] for _ in range(ROUNDS[0])]
        least = NEGLIGIBLE * _typical(times, list(range(len(steps))))
        found = {}
        for chosen in self._chosen:
            if chosen is None or chosen.question is None or chosen.question.key in found:
                continue
            key, plan = chosen.question.key, chosen.plan.name
            slots = self._slots(key)
            spent = _typical(times, slots)
            if spent >= least:
                found[key] = Contest(chosen.question, steps[slots[0]].what, len(slots), plan, spent)
        return dict(sorted(found.items(), key=lambda item: -item[1].seconds))

    def _slots(self, key: str) -> list[int]:
        """The steps of a question."""
        asked = [None if chosen is None else chosen.question for chosen in self._chosen]
        return [slot for slot, question in enumerate(asked) if question is not None and question.key == key]

    def _compile(self, name: str, names: Mapping[str, str]) -> tuple[Model, tuple[Chosen | None, ...]]:
        path = self._folder / f"{name}.so"
        made = compile_graph(
            self._graph,
            path,
            self._target,
            progress=lambda *_: self._tick(),
            workers=self._workers,
            numerics=self._numerics,
            tuned=Tuned(names),
            cache=self._cache,
        )
        return load(path, threads=1), made.chosen


def _steps(contests: Iterable[Contest]) -> int:
    return sum(contest.steps for contest in contests)


def _share(base: Times, other: Times, slots: list[int]) -> float:
    """The time of these steps in ``other`` as a share of that in ``base``, by the least and by the lower quartile of
    the runs, the larger: what disturbs a run makes it longer, and seldom both in the same way."""
    first, second = ([sum(run[slot] for slot in slots) for run in times] for times in (base, other))
    if not min(first):
        return 1.0
    quartiles = [statistics.quantiles(sums, n=4)[0] for sums in (first, second)]
    return max(min(second) / min(first), quartiles[1] / quartiles[0])


def _typical(times: Times, slots: list[int]) -> float:
    """The lower quartile of the time of all these steps together: what disturbs a run makes it longer."""
    return statistics.quantiles([sum(run[slot] for slot in slots) for run in times], n=4)[0]
