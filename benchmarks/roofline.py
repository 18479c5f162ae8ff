"""The costliest kernels of all models, compared with the roofline, on one thread.

    python -m benchmarks.roofline [--models …] [--top 20] [--markdown]
    python -m benchmarks.roofline --models ppocr_det --top 40

A kernel is a function of a compiled model; all calls of one function count together. Kernels are ranked by their share
of their own model's time, so that all models count alike. Times are the least of many runs of each call.
docs/benchmarks.md explains the roofline, and docs/roofline.md why kernels stay below it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import dldt
from benchmarks.accuracy import read
from benchmarks.arguments import duration, new_file, whole_number
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, random_inputs, select
from benchmarks.peers import Progress
from dldt import runtime
from dldt.tools.peaks import fma_peak, measure_peaks
from dldt.tools.roofline import Peaks, bounds

COLUMNS = ("model", "share", "ms", "calls", "GFLOP/s", "GB/s", "roofline", "bound", "kernel")


def main() -> int:
    """Measure, rank and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--top", type=whole_number, default=20, help="kernels to show (default: 20)")
    parser.add_argument("--seconds", type=duration, default=1.0, help="of each model's runs (default: 1)")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all kernels of all models")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/roofline.md")
    arguments = parser.parse_args()
    found, missing = select(arguments.models)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    machine, peaks = describe(), measure_peaks(1, 0.3, arguments.target)
    kernels: list[dict] = []
    for number, model in enumerate(found, 1):
        tell = Progress(f"[{number}/{len(found)}] {model.name}")
        steps = profile(model, arguments.target, arguments.seconds)
        peaks = dataclasses.replace(peaks, gflops=max(peaks.gflops, fma_peak(0.1, 1, arguments.target)))
        kernels += grouped(model.name, steps, peaks)
        tell.end()
    kernels.sort(key=lambda row: -row["share"])
    most = f"{peaks.gflops:.0f} GFLOP/s f32; GB/s: {peaks.gbytes:.0f} from memory"
    most += "".join(f", {cache.gbytes:.0f} from {cache.name}" for cache in peaks.caches)
    print(f"{machine['cpu']}, one thread: {most}")
    print("GFLOP/s: by definition (what the algorithm really does, where it is less); GB/s: operands once")
    print(*(markdown if arguments.markdown else text)(kernels[: arguments.top]), *missing, sep="\n")
    if arguments.json:
        results = {"machine": machine, "peaks": dataclasses.asdict(peaks), "kernels": kernels}
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def profile(model: Model, target: str, seconds: float) -> list[dict]:
    """The model's steps, each with the least milliseconds of its runs."""
    with tempfile.TemporaryDirectory() as folder:
        artifact, _ = dldt.compile_model(read(model), Path(folder) / "model.so", target=target)
        with runtime.load(artifact, threads=1) as loaded:
            inputs = random_inputs(model)
            arrays = {info.name: inputs[info.name] for info in loaded.inputs}
            request = loaded.create_request()
            least = [float("inf")] * len(loaded.metadata.steps)
            end, runs = time.monotonic() + seconds, 0
            while runs < 5 or time.monotonic() < end:
                least = [min(a, b.seconds) for a, b in zip(least, request.profile(arrays, runs=1), strict=True)]
                runs += 1
            steps = loaded.metadata.steps
    return [step._asdict() | {"ms": took * 1e3} for step, took in zip(steps, least, strict=True)]


def grouped(model: str, steps: Sequence[dict], peaks: Peaks) -> list[dict]:
    """One row for each kernel: the times, operations and bytes of its calls added up, and the sum of their least times
    by the roofline."""
    total = sum(step["ms"] for step in steps) or 1.0
    rows: dict[str, dict] = {}
    for step, bound in zip(steps, bounds(steps, peaks), strict=True):
        row = rows.setdefault(
            step["kernel"],
            {"model": model, "what": step["what"], "algorithm": step["algorithm"], "bound": bound and bound.by}
            | {"kernel": step["kernel"], "output": step["output"]}
            | dict.fromkeys(("ms", "calls", "flops", "operations", "bytes", "least_ms"), 0),
        )
        row["calls"] += 1
        row["least_ms"] += bound.seconds * 1e3 if bound else 0.0
        for key in ("ms", "flops", "operations", "bytes"):
            row[key] += step[key] or 0
    for row in rows.values():
        row["share"], row["roofline"] = row["ms"] / total, row["least_ms"] / row["ms"] if row["ms"] else 0.0
    return list(rows.values())


def text(rows: Sequence[dict]) -> list[str]:
    """The table for a terminal."""
    form = "{:<12} {:>6} {:>8} {:>5} {:>9} {:>6} {:>8} {:>7}  {}"
    return [form.format(*COLUMNS), *(form.format(*_cells(row)) for row in rows)]


def markdown(rows: Sequence[dict]) -> list[str]:
    """The table for a page."""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *(_cells(row) for row in rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _cells(row: dict) -> list[str]:
    speed = f"{row['flops'] / row['ms'] / 1e6:.0f}" if row["flops"] else "-"
    if row["operations"] not in (0, row["flops"]):
        speed += f" ({row['operations'] / row['ms'] / 1e6:.0f})"
    moved = f"{row['bytes'] / row['ms'] / 1e6:.0f}"
    limit = f"{row['roofline']:.0%}"
    times = [f"{row['share']:.0%}", f"{row['ms']:.3f}", str(row["calls"])]
    return [row["model"], *times, speed, moved, limit, row["bound"] or "-", f"{row['what']}: {row['algorithm']}"]


if __name__ == "__main__":
    sys.exit(main())
