"""Measured choice: runs the contractions of a model with other plans than the estimated ones, on this machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import attrs
import numpy as np

from dldt.codegen.kernels import trials as ranking
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.plan.summary import Summary
from dldt.codegen.target import Target
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.graph import Graph
from dldt.runtime.model import Model, load
from dldt.tools.tensors import concrete_shape, fill

MARGIN = 0.97
"""A plan replaces the estimated one only if its time is below this share of the estimated plan's time."""
NEGLIGIBLE = 0.003
"""Contractions with a smaller share of the model's time are not measured."""
ROUNDS = (10, 40)
"""The fewest and the most runs of each of two variants of the model."""
SECONDS = 1.0
"""How long the runs of a pair should take together, within the limits of ``ROUNDS``."""

Times: TypeAlias = list[list[float]]
"""The seconds of every step in every run."""


@attrs.define
class Trial:
    """The implementations of one tuning key. ``chosen`` is the estimated one; ``seconds`` is its time in one inference,
    in all ``steps`` steps of the model with this key. ``shares`` holds the times of the others relative to it, by
    algorithm name, measured in turns with it."""

    key: str
    chosen: Chosen
    what: str
    steps: int
    seconds: float
    shares: dict[str, float] = attrs.field(factory=dict)

    @property
    def plan(self) -> str:
        """The estimated algorithm."""
        return self.chosen.implementation.algorithm

    @property
    def best(self) -> tuple[str, float]:
        """The fastest plan and its share; the estimated plan and 1 if no other is faster."""
        name = min(self.shares, key=self.shares.__getitem__, default=self.plan)
        share = self.shares.get(name, 1.0)
        return (name, share) if share < 1.0 else (self.plan, 1.0)


class Tuner:
    """Runs variants of a model, each with the next plan for every contraction, in turns with the estimated plans.

    Use it as a context manager. ``folder`` is for the variants' libraries. Times are those of the steps inside the
    model on one thread, so that inputs and weights come from the same caches and memory as in use. ``known`` winners
    are measured first. ``tick`` is called from time to time.
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
        self._base, summary = self._compile("base", {})
        self._chosen, self._setting = summary.chosen, summary.setting
        generator = np.random.default_rng(0)
        self._arrays = {i.name: fill(i, concrete_shape(i, None), "random", generator) for i in self._base.inputs}
        self.trials = self._trials()
        """The trials by tuning key, the costliest first."""
        self.complete = False
        """Whether every plan was measured."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._base.close()

    def rounds(self, seconds: float, most: int | None = None) -> Iterator[int]:
        """Measure one variant after another until the time is over or no plan is left, at most ``most`` variants.
        Yields the number of variants after each. Plans that seem to win are measured once more at the end."""
        end, longest, count = time.monotonic() + seconds, 0.0, 0
        plans = {key: iter(self._plans(trial)) for key, trial in self.trials.items()}
        while count != most and time.monotonic() + 2 * longest < end:  # one more, and the last
            begun = time.monotonic()
            names = {key: name for key, rest in plans.items() if (name := next(rest, None)) is not None}
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
        """The plans that are faster than the estimated ones, by tuning key."""
        found = {key: trial.best for key, trial in self.trials.items()}
        return {key: name for key, (name, share) in found.items() if share < MARGIN}

    @property
    def tuned(self) -> Tuned:
        """The winners known before, corrected by the new measurements."""
        measured = {key for key, trial in self.trials.items() if trial.shares}
        rest = {key: name for key, name in self._known.names.items() if key not in measured}
        return Tuned(rest | self.winners, self._known.source)

    def report(self) -> str:
        """A line for people: what was measured, and the gain."""
        found, winners = list(self.trials.values()), self.winners
        measured = [trial for trial in found if trial.shares]
        spent = sum(trial.seconds for trial in found)
        saved = sum(c.seconds * (1 - c.best[1]) for c in found if c.key in winners)
        gain = f", which saves {saved / spent:.1%} of the time of all" if winners else ""
        text = (
            f"{_steps(measured)} contraction(s), {sum(len(trial.shares) for trial in measured)} plans beside the "
            f"estimated ones; {_steps(c for c in measured if c.key in winners)} are faster by another{gain}"
        )
        return text if self.complete or not found else f"{text}; others were not measured"

    def _plans(self, trial: Trial) -> list[str]:
        """The algorithms to measure in turns with the estimated one. Former winners come first."""
        known = self._known.names.get(trial.key)
        ranked = ranking.trials(trial.chosen, self._setting)
        found = dict.fromkeys(made.algorithm for made in ranked if made.algorithm != trial.plan)
        return sorted(found, key=lambda name: name != known)

    def _measure(self, names: Mapping[str, str]) -> None:
        """Measure the variant with these plans in turns with the estimated ones. A plan that was measured before keeps
        the worse of its results, because a plan that won by chance does not win twice."""
        model, _ = self._compile("variant", names)
        with model:
            base, other = self._turns(model)
        for key, name in names.items():
            trial, slots = self.trials[key], self._slots(key)
            trial.seconds = _typical(base, slots)
            trial.shares[name] = max(_share(base, other, slots), trial.shares.get(name, 0.0))

    def _turns(self, other: Model) -> tuple[Times, Times]:
        """The runs of the base, and those of ``other`` in turns with them. Each run allocates its own memory, because
        the addresses make a larger difference than many plans do."""
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

    def _trials(self) -> dict[str, Trial]:
        request, steps = self._base.create_request(), self._base.metadata.steps
        times = [[step.seconds for step in request.profile(self._arrays, runs=1)] for _ in range(ROUNDS[0])]
        least = NEGLIGIBLE * _typical(times, list(range(len(steps))))
        found = {}
        for chosen in self._chosen:
            if chosen.key is None or chosen.key in found:
                continue
            slots = self._slots(chosen.key)
            spent = _typical(times, slots)
            if spent >= least:
                found[chosen.key] = Trial(chosen.key, chosen, steps[slots[0]].what, len(slots), spent)
        return dict(sorted(found.items(), key=lambda item: -item[1].seconds))

    def _slots(self, key: str) -> list[int]:
        """The steps with a tuning key."""
        return [slot for slot, chosen in enumerate(self._chosen) if chosen.key == key]

    def _compile(self, name: str, names: Mapping[str, str]) -> tuple[Model, Summary]:
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
        return load(path, threads=1), made


def _steps(trials: Iterable[Trial]) -> int:
    return sum(trial.steps for trial in trials)


def _share(base: Times, other: Times, slots: list[int]) -> float:
    """The time of these steps in ``other`` relative to that in ``base``: the larger of two ratios, that of the least
    times and that of the lower quartiles. Disturbances make a run longer, and seldom shift both ratios in the same
    way."""
    first, second = ([sum(run[slot] for slot in slots) for run in times] for times in (base, other))
    if not min(first):
        return 1.0
    quartiles = [statistics.quantiles(sums, n=4)[0] for sums in (first, second)]
    return max(min(second) / min(first), quartiles[1] / quartiles[0])


def _typical(times: Times, slots: list[int]) -> float:
    """The lower quartile of the total time of these steps. It is robust, because disturbances only make a run
    longer."""
    return statistics.quantiles([sum(run[slot] for slot in slots) for run in times], n=4)[0]
