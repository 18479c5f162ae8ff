"""What size costs in time: every model compiled for speed, balanced and for size, run in turns.

python -m benchmarks.size                  # all models, one thread
python -m benchmarks.size --models vgg19 --seconds 10
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.models import Model, model_file, random_inputs, select
from dldt.codegen.kernels.objective import Objective
from dldt.runtime import load
from dldt.tools.api import compile_model, read_model

HEADER = f"| model | weights | speed | ms | balanced | ms | ratio | size | ms | ratio |\n|---{'|---:' * 9}|"


class Measured(NamedTuple):
    """A model compiled for one objective: the size of its file, the median time of a run, and the median of the ratios
    of its time to that of the model compiled for speed, which ran just before."""

    bytes: int
    seconds: float
    ratio: float


def main() -> None:
    """Print the table of all models, and the geometric means of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", help="names of models (default: all)")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each model is measured (default: 4)")
    parser.add_argument("--threads", type=int, default=1, help="threads of a run (default: 1)")
    options = parser.parse_args()
    models, missing = select(options.models)
    print(*missing, sep="\n", end="\n" if missing else "")
    print(HEADER, flush=True)
    found = []
    for model in models:
        weights, measured = measure(model, options.seconds, options.threads)
        found.append(measured)
        print(row(model.name, weights, measured), flush=True)
    print(means(found))


def measure(model: Model, seconds: float, threads: int) -> tuple[int, dict[Objective, Measured]]:
    """The bytes of the model's weights, and what each objective makes of the model."""
    graph = read_model(model_file(model), inputs=model.inputs, freeze=model.frozen or None)
    feeds = random_inputs(model)
    times: dict[Objective, list[float]] = {goal: [] for goal in Objective}
    with tempfile.TemporaryDirectory() as folder:
        made = {goal: compile_model(graph, Path(folder) / f"{goal}.so", optimize=goal) for goal in Objective}
        loaded = {goal: load(library, threads=threads) for goal, library in made.items()}
        given = {info.name: feeds[info.name] for info in loaded[Objective.speed].inputs}
        for ready in loaded.values():
            ready.run(given)
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(times[Objective.speed]) < 9:
            for goal, ready in loaded.items():
                started = time.perf_counter()
                ready.run(given)
                times[goal].append(time.perf_counter() - started)
        for ready in loaded.values():
            ready.close()
    fastest = times[Objective.speed]
    measured = {
        goal: Measured(
            made[goal].summary.file_bytes,
            statistics.median(times[goal]),
            statistics.median(a / b for a, b in zip(times[goal], fastest, strict=True)),
        )
        for goal in Objective
    }
    return made[Objective.speed].summary.constant_bytes, measured


def row(name: str, weights: int, measured: dict[Objective, Measured]) -> str:
    """A row of the table: for each objective the file in MiB and the time in ms, for all but speed also the ratio of
    times."""
    cells = [name, f"{weights / 2**20:.1f}"]
    for goal, found in measured.items():
        cells += [f"{found.bytes / 2**20:.1f}", f"{found.seconds * 1e3:.3g}"]
        cells += [] if goal is Objective.speed else [f"{found.ratio:.3f}"]
    return f"| {' | '.join(cells)} |"


def means(found: list[dict[Objective, Measured]]) -> str:
    """The geometric means over all models, in relation to speed: time, size and their product."""
    lines = []
    for goal in (Objective.balanced, Objective.size):
        slower = _mean([each[goal].ratio for each in found])
        smaller = _mean([each[goal].bytes / each[Objective.speed].bytes for each in found])
        lines.append(f"{goal}: time × {slower:.3f}, size × {smaller:.3f}, product × {slower * smaller:.3f}")
    return "\n".join(lines)


def _mean(ratios: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, ratios)))


if __name__ == "__main__":
    main()
