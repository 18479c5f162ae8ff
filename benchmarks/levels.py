"""The same models for every x86-64 level that this machine runs, one thread: SSE4.2 (v2), AVX2 (v3), AVX-512 (v4).

    python -m benchmarks.levels [--models …] [--json FILE]

Outputs are first compared with onnxruntime's. The levels' rounds are interleaved (v2 v3 v4 v2 v3 v4 …). Each level is
compared with the peak of its own multiply-adds, measured in the same run: narrower registers have a lower peak.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import dldt
from benchmarks import sessions
from benchmarks.accuracy import LIMIT, read, relative_error
from benchmarks.arguments import duration, new_file, whole_number
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, fixed_file, random_inputs, select
from benchmarks.peers import Progress
from dldt import runtime
from dldt.codegen.target import TARGETS
from dldt.compiler.substitute import evaluate
from dldt.runtime import cpu
from dldt.tools.peaks import measure_peaks
from dldt.tools.roofline import Peaks, bounds
from dldt.tools.work import multiply_adds

NAMES = ("resnet50", "squeezenet", "magika", "ppocr_cls", "mtcnn_onet")
LEVELS = ("x86-64-v2", "x86-64-v3", "x86-64-v4")


def main() -> int:
    """One row for each model and level; exit code 1 where outputs differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", default=NAMES, help=", ".join(m.name for m in MODELS))
    parser.add_argument("--rounds", type=whole_number, default=6, help="interleaved rounds (default: 6)")
    parser.add_argument("--seconds", type=duration, default=0.2, help="of each level's round (default: 0.2)")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all numbers")
    arguments = parser.parse_args()
    found, missing = select(list(arguments.models))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    machine = describe()
    print(f"{machine['cpu']}, one thread; peak: share of the level's FMA peak, by definition;")
    print("done: share of its roofline, by what is really computed; x last: time to the last level's; error: of max|y|")
    levels = {name: measure_peaks(1, 0.2, name) for name in LEVELS if runs_here(name)}
    print(*(f"{name}: {peaks.gflops:.0f} GFLOP/s" for name, peaks in levels.items()), sep=", ")
    print(f"{'model':<13}{'level':<11}{'ms':>9} {'least':>9}{'peak':>7}{'done':>7}{'x last':>7}  error")
    rows: list[dict] = []
    for number, model in enumerate(found, 1):
        tell = Progress(f"[{number}/{len(found)}] {model.name}")
        made = measure(model, levels, arguments.rounds, arguments.seconds)
        tell.end()
        print(*map(line, made), sep="\n", flush=True)
        rows += made
    print(*missing, sep="\n", end="\n" if missing else "")
    if arguments.json:
        peaks = {name: dataclasses.asdict(peak) for name, peak in levels.items()}
        results = {"machine": machine, "peaks": peaks, "rows": rows}
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(not all(row["error"] <= LIMIT for row in rows))


def runs_here(level: str) -> bool:
    """Whether this machine has the level's instructions."""
    target = TARGETS[level]
    return target.arch == cpu.arch() and not cpu.missing(list(target.features))


def measure(model: Model, levels: dict[str, Peaks], rounds: int, seconds: float) -> list[dict]:
    """One row for each level; levels whose outputs differ are not timed."""
    graph, inputs = read(model), random_inputs(model)
    operations = 2 * evaluate(multiply_adds(graph), {})
    reference = sessions.onnxruntime_outputs(fixed_file(model), inputs)
    rows, times, runs = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for level in levels:
            artifact, _ = dldt.compile_model(graph, Path(folder) / f"{level}.so", target=level)
            loaded = stack.enter_context(runtime.load(artifact, threads=1))
            arrays = [inputs[info.name] for info in loaded.inputs]
            request = loaded.create_request()
            error = relative_error(list(request.run(*arrays).values()), reference)
            rows[level] = {"model": model.name, "level": level, "error": error}
            if error <= LIMIT:
                runs[level], times[level] = (request, arrays, loaded.metadata.steps), []
        for _ in range(rounds):
            for level, (request, arrays, _) in runs.items():
                times[level] += _timed(request, arrays, seconds)
    for level, found in times.items():
        peaks, least = levels[level], min(found)
        bound = sum(b.seconds for b in bounds([s._asdict() for s in runs[level][2]], peaks) if b)
        rows[level] |= {"median_ms": statistics.median(found) * 1e3, "min_ms": least * 1e3}
        rows[level] |= {"peak_share": operations / least / 1e9 / peaks.gflops, "roofline_done": bound / least}
    last = list(rows.values())[-1].get("median_ms")
    for row in rows.values():
        if last and "median_ms" in row:
            row["to_last"] = row["median_ms"] / last
    return list(rows.values())


def _timed(request: runtime.Request, arrays: list, seconds: float) -> list[float]:
    end, found = time.perf_counter() + seconds, []
    while len(found) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        request.run(*arrays)
        found.append(time.perf_counter() - start)
    return found


def line(row: dict) -> str:
    """The table's line of a model at a level."""
    head = f"{row['model']:<13}{row['level']:<11}"
    if "median_ms" not in row:
        return f"{head}DIFFERS by {row['error']:.1e} of max|y|: not timed"
    shares = f"{row['peak_share']:>7.0%}{row['roofline_done']:>7.0%}{row.get('to_last', float('nan')):>7.2f}"
    return f"{head}{row['median_ms']:>9.3f} {row['min_ms']:>9.3f}{shares}  {row['error']:.1e}"


if __name__ == "__main__":
    sys.exit(main())
