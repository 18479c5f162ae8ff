"""Runs a pipeline: each step rewrites, is checked, counted, timed and reported."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import attrs

from dldt.compiler import options
from dldt.compiler.budget import budget
from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import InternalError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.inference import is_found
from dldt.compiler.observer import SILENT, Observer, PassRun
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType
from dldt.compiler.verify import verify as check
from dldt.passes.base import Pass
from dldt.passes.found_dims import has_found_dims, settle_found_dims
from dldt.passes.pipeline import Pipeline


@attrs.frozen
class PipelineReport:
    """What a pipeline did, step by step."""

    steps: tuple[PassRun, ...]

    @property
    def count(self) -> int:
        """The number of changes of all steps."""
        return sum(step.count for step in self.steps)

    @property
    def seconds(self) -> float:
        """The time of all steps."""
        return sum(step.seconds for step in self.steps)

    def count_of(self, name: str) -> int:
        """The number of changes that the steps of this name (without options) made."""
        return sum(step.count for step in self.steps if step.name.partition("{")[0] == name)

    @property
    def table(self) -> str:
        """One line a step: number, pass, changes, nodes left, milliseconds; and a last line with the sums."""
        width = max([len(step.name) for step in self.steps] + [5])
        lines = [f"{'#':>3} {'pass':<{width}} {'changes':>8} {'nodes':>7} {'ms':>9}"]
        for s in self.steps:
            lines.append(f"{s.index + 1:>3} {s.name:<{width}} {s.count:>8} {s.nodes:>7} {s.seconds * 1e3:>9.1f}")
        left = self.steps[-1].nodes if self.steps else 0
        lines.append(f"{'':>3} {'all':<{width}} {self.count:>8} {left:>7} {self.seconds * 1e3:>9.1f}")
        return "\n".join(lines)


def run_pipeline(
    graph: Graph,
    pipeline: Pipeline,
    *,
    stop_after: str | int | None = None,
    observer: Observer = SILENT,
    verify: bool = False,
) -> PipelineReport:
    """Run the passes on ``graph``, in place, sub-graphs included.

    ``stop_after``: the number of steps to run, or the name of the pass after whose first step to stop. ``verify``:
    check the graph after every step (``DLDT_VERIFY`` does so everywhere). What a stage forbids is looked for in any
    case when the stage is reached, and the whole graph is checked when the pipeline is through; but no stage is
    promised where ``observer`` may refuse something. It hears of every step and of every change.
    Raises UsageError for a ``stop_after`` that is not in the pipeline, InternalError where a pass broke the graph.
    """
    passes = _until(pipeline, stop_after)
    verify = verify or options.VERIFY.enabled
    if observer.bounded:
        pipeline = attrs.evolve(pipeline, stages=())
    steps: list[PassRun] = []
    parts, before, limit = list(graph.walk()), _signature(graph), budget()
    finds = has_found_dims(graph)
    for index, item in enumerate(passes):
        if observer.done:
            break
        limit.doing = f"pass {item}"
        limit.tick()
        observer.pass_begins(index, str(item), graph)
        start = time.perf_counter()
        count = sum(item.run(part, observer) for part in parts)
        if count and finds:
            settle_found_dims(graph)
        seconds = time.perf_counter() - start
        after = _signature(graph) if count else before
        if not _is_kept(graph, before, after):
            raise InternalError(f"pass {item} changed the inputs or outputs of the graph")
        before = after
        stage = pipeline.stage_after(index + 1)
        if verify:
            with _told(f"after pass {item}"):
                check(graph, stage)
        elif (index + 1, stage) in pipeline.stages:
            with _told(f"at stage {stage.name} of the {pipeline.name} pipeline"):
                stage.check(graph)
        if count:
            parts = list(graph.walk())
        steps.append(PassRun(index, str(item), count, seconds, sum(map(len, parts))))
        observer.pass_ended(steps[-1], graph)
    if len(steps) == len(pipeline.passes):
        with _told(f"at the end of the {pipeline.name} pipeline"):
            check(graph, pipeline.stage_after(len(steps)))
    return PipelineReport(tuple(steps))


def _until(pipeline: Pipeline, stop_after: str | int | None) -> tuple[Pass, ...]:
    if stop_after is None:
        return pipeline.passes
    if isinstance(stop_after, int):
        if not 0 <= stop_after <= len(pipeline.passes):
            raise UsageError(f"cannot stop after {stop_after} passes: the pipeline has {len(pipeline.passes)}")
        return pipeline.passes[:stop_after]
    for index, item in enumerate(pipeline.passes):
        if stop_after in (item.name, str(item)):
            return pipeline.passes[: index + 1]
    known = [item.name for item in pipeline.passes]
    raise UsageError(f"cannot stop after {shown(stop_after)}: no pass has this name{did_you_mean(stop_after, known)}")


@contextlib.contextmanager
def _told(when: str) -> Iterator[None]:
    """Puts ``when`` before the message of an InternalError."""
    try:
        yield
    except InternalError as error:
        raise InternalError(f"{when}: {error}") from error


def _signature(graph: Graph) -> list[tuple[str, TensorType]]:
    inputs = [(value.node.name, value.type) for value in graph.inputs]
    outputs = [(node.name, value.type) for node in graph.outputs for value in node.inputs if value is not None]
    return [*inputs, *outputs]


def _is_kept(graph: Graph, before: list[tuple[str, TensorType]], after: list[tuple[str, TensorType]]) -> bool:
    """Whether names and types are the same; of a dim that is found at run time a pass may know more, and what follows
    from a condition of the graph it may see first."""
    if [(name, t.dtype, t.rank) for name, t in before] != [(name, t.dtype, t.rank) for name, t in after]:
        return False
    pairs = [pair for (_, a), (_, b) in zip(before, after, strict=True) for pair in zip(a.shape, b.shape, strict=True)]
    return all(a == b or is_found(a) or graph.known(a) == b for a, b in pairs)
