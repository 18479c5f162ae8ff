"""From a file to the first answer: opening a model and its first inference, compared with onnxruntime and OpenVINO.

    python -m benchmarks.opening --models mtcnn_pnet alexnet

Each time is the median of fresh processes on one core, with the files in the page cache. All processes do their imports
first, and then open the model one after another. No artifact can answer faster than its inference takes: ``bound`` is
the ratio of an artifact that would open in no time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import dldt
from benchmarks.accuracy import read
from benchmarks.arguments import whole_number
from benchmarks.lineup import Lineup
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, random_inputs, select
from benchmarks.race import BACKENDS, race

WANTED = 20.0
"""The wanted ratio of the time of onnxruntime's session and first run to ours."""
HEAD = f"{'model':<13}{'onnxruntime':>12}{'ours':>9}{'ratio':>7}{'inference':>11}{'bound':>7}  RSS MiB"


def main() -> int:
    """One line for each model; exit code 1 where a backend fails or a peer needs less memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--rounds", type=whole_number, default=5, help="fresh processes of each backend (default: 5)")
    arguments = parser.parse_args()
    found, missing = select(arguments.models)
    machine = describe()
    print(f"{machine['cpu']}, medians of {arguments.rounds} fresh processes; open + first inference, ms\n{HEAD}")
    rows = []
    for model in found:
        rows.append(measure(model, arguments.rounds))
        print(line(rows[-1]), flush=True)
    print(summary(rows), *missing, sep="\n")
    return int(any(failed(row) or not lean(row) for row in rows))


def measure(model: Model, rounds: int) -> dict:
    """The medians of each backend, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        artifact, _ = dldt.compile_model(read(model), Path(folder) / "model.so")
        cores, inputs = [min(os.sched_getaffinity(0))], random_inputs(model)
        competitors = Lineup().beside(artifact, model, "f32")
        found = race(competitors, inputs, 1, cores, rounds=3, seconds=0.1, tell=lambda text: None, openings=rounds)
    return {"model": model.name} | found


def failed(row: dict) -> str:
    """What went wrong with a backend; empty if nothing did."""
    return row.get("error", "") or next((row[name]["failed"] for name in BACKENDS if "failed" in row[name]), "")


def ratios(row: dict) -> tuple[float, float]:
    """The time of onnxruntime's opening and first inference, relative to ours, and relative to one inference of
    ours."""
    theirs, ours = (row[name]["open_ms"] + row[name]["first_ms"] for name in ("onnxruntime", "dldt"))
    return theirs / ours, theirs / row["dldt"]["median_ms"]


def lean(row: dict) -> bool:
    """Whether we need less memory than either peer."""
    return all(row["dldt"]["rss_bytes"] < row[name]["rss_bytes"] for name in BACKENDS[1:])


def line(row: dict) -> str:
    """The table's line of one model."""
    if failed(row):
        return f"{row['model']:<13}FAILED  {failed(row)}"
    theirs, ours = (row[name]["open_ms"] + row[name]["first_ms"] for name in ("onnxruntime", "dldt"))
    ratio, bound = ratios(row)
    memory = " ".join(f"{row[name]['rss_bytes'] / 2**20:.0f}" for name in BACKENDS)
    times = f"{theirs:>12.2f}{ours:>9.2f}{ratio:>7.1f}{row['dldt']['median_ms']:>11.3f}{bound:>7.1f}"
    return f"{row['model']:<13}{times}  {memory}"


def summary(rows: list[dict]) -> str:
    """How many models open and answer as fast as wanted, and how many of the others cannot, whatever opening takes."""
    good = {row["model"]: ratios(row) for row in rows if not failed(row)}
    fast = [name for name, (ratio, _) in good.items() if ratio >= WANTED]
    bound = [name for name, (_, most) in good.items() if most < WANTED]
    slow = [f"{name} {ratio:.1f}" for name, (ratio, most) in good.items() if ratio < WANTED <= most]
    more = [row["model"] for row in rows if not failed(row) and not lean(row)]
    text = (
        f"open + first inference at least {WANTED:.0f} times faster than onnxruntime: {len(fast)} of {len(good)} models"
    )
    text += f"; one inference alone takes longer: {len(bound)} ({', '.join(bound)})" if bound else ""
    text += f"; slower for another reason: {', '.join(slow)}" if slow else ""
    return text + (
        f"; more memory than a peer: {', '.join(more)}" if more else "; peak RSS below both peers' everywhere"
    )


if __name__ == "__main__":
    sys.exit(main())
