"""Contractions for which the estimated plan is slower than the best of the plans that were measured.

    python -m benchmarks.tuning [--models …] [--seconds 60] [--most 8] [--json FILE]

Every contraction of a model is run with other plans inside the model, in turns with the estimated one, on one thread,
as in ``dldt-compile --tune``. A row is a contraction that loses more than 5 %. Its time is that of the estimated plan
in one inference (all steps with the same sizes together). The last line of a model gives the loss over all its
contractions.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import models
from benchmarks.arguments import duration, new_file, whole_number
from benchmarks.machine import describe
from benchmarks.peers import Progress
from dldt.codegen.host import resolve_target
from dldt.compiler.graph import Graph
from dldt.frontends.read_model import read_model
from dldt.tools import api
from dldt.tools.tuner import Trial, Tuner

LOSS = 0.05
"""Smaller losses are not reported. A loss is the extra time of the estimated plan, relative to the best plan's time."""


def main() -> int:
    """Print the tables; exit code 1 where a model loses more than 5 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(m.name for m in models.MODELS))
    parser.add_argument("--seconds", type=duration, default=60.0, help="a model (default: 60)")
    parser.add_argument(
        "--most",
        type=whole_number,
        default=8,
        metavar="N",
        help="plans a contraction beside the estimated one (default: 8)",
    )
    parser.add_argument(
        "--json", type=new_file, metavar="FILE", help="write every time of every plan, after each model"
    )
    arguments = parser.parse_args()
    chosen, missing = models.select(arguments.models)
    machine = describe()
    print(f"{machine['cpu']}, one thread; plans beside the estimated one: {arguments.most} at most")
    rows: dict[str, list[dict[str, object]]] = {}
    losses = []
    for number, model in enumerate(chosen, 1):
        tell = Progress(f"[{number}/{len(chosen)}] {model.name}:")
        trials = _measure(model, arguments.seconds, arguments.most, tell)
        tell.end()
        losses.append(_report(model.name, trials))
        rows[model.name] = [_row(trial) for trial in trials]
        if arguments.json:
            arguments.json.write_text(json.dumps({"machine": machine, "models": rows}, indent=1), encoding="utf-8")
    for line in missing:
        print(line)
    return int(max(losses, default=0.0) > LOSS)


def _measure(model: models.Model, seconds: float, most: int, tell: Progress) -> list[Trial]:
    tell("compiling")
    with tempfile.TemporaryDirectory() as folder, Tuner(_graph(model), resolve_target("host"), Path(folder)) as tuner:
        for count in tuner.rounds(seconds, most):
            tell(f"{count} of {most} other plans measured")
        tell.keep(tuner.report())
        return list(tuner.trials.values())


def _graph(model: models.Model) -> Graph:
    graph = read_model(models.model_file(model), inputs=dict(model.inputs), freeze=model.frozen or None)
    api.transform(graph)
    return graph


def _report(model: str, trials: list[Trial]) -> float:
    """Print the model's rows. Returns the share of its contractions' time that the estimates lose."""
    total = sum(trial.seconds for trial in trials)
    least = sum(trial.seconds * trial.best[1] for trial in trials)
    losing = [trial for trial in trials if 1 / trial.best[1] - 1 > LOSS]
    for trial in losing:
        name, share = trial.best
        print(f"  {trial.seconds * 1e3:8.3f} ms {1 / share - 1:5.0%}  {_sizes(trial):44s} {trial.plan} → {name}")
    loss = total / least - 1 if least else 0.0
    counted = f"{len(losing)} of {len(trials)} contractions lose more than {LOSS:.0%}"
    print(f"{model:13s} {total * 1e3:8.3f} ms, {loss:.1%} lost; {counted}", flush=True)
    return loss


def _sizes(trial: Trial) -> str:
    """``3×3/2 64→128 28×28 ×4``: kernel and stride, channels, output, groups, steps."""
    problem = trial.chosen.part.problem
    kernel, output = ("×".join(map(str, pair)) for pair in (problem.kernel, problem.output))
    groups = f" groups {problem.groups}" if problem.groups > 1 else " depthwise" if problem.channelwise else ""
    stride = f"/{problem.strides[0]}" if problem.strides != (1, 1) else ""
    return f"{kernel}{stride} {problem.inputs}→{problem.outputs} {output}{groups}, {trial.steps} step(s)"


def _row(trial: Trial) -> dict[str, object]:
    facts = {name: getattr(trial, name) for name in ("what", "steps", "plan", "seconds", "shares")}
    return {"key": json.loads(trial.key), **facts}


if __name__ == "__main__":
    sys.exit(main())
