"""Seconds and peak memory of compiling large networks, counting the command and all its child processes.

The first compile starts with an empty cache of kernels and without bytecode of our modules. "again" is a second
compile, which finds both.

    python -m benchmarks.compile_time                                      resnet50 and vgg19
    python -m benchmarks.compile_time --against ../base/bin/python         beside another dldt, in turns: medians
    python -m benchmarks.compile_time --growth [NAME …]                    networks of doubled sizes: is it linear?

``--against`` does not measure memory, because that takes time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.arguments import whole_number
from benchmarks.environment import Environment
from benchmarks.growing import GROWING
from benchmarks.growth import measure_growth
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, model_file, select

LIMITS = {"resnet50": 20.0, "vgg19": 40.0}
AGAIN = {"resnet50": 2.0}
SLOWER = 1.1
"""The largest acceptable ratio of our time to another version's."""


def main() -> int:
    """One line for each model; exit code 1 when a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--models", nargs="*", default=list(LIMITS), metavar="NAME", help=", ".join(m.name for m in MODELS)
    )
    parser.add_argument("--rounds", type=whole_number, default=3, help="compiles of each with --against (default: 3)")
    parser.add_argument(
        "--growth", nargs="*", metavar="NAME", help=f"measure growth instead: {', '.join(g.name for g in GROWING)}"
    )
    Environment.add_option(parser)
    arguments = parser.parse_args()
    machine = describe()
    print(f"{machine['cpu']}, {machine['cores']} cores")
    if arguments.growth is not None:
        return measure_growth(arguments.growth, watch)
    if arguments.against:
        return beside(arguments)
    head = f"{'model':<14}{'seconds':>9}{'limit':>7}{'again':>9}{'limit':>7}{'peak MiB':>10}{'limit':>7}"
    print(head + f"{'weights MiB':>13}{'file MiB':>10}")
    failed = 0
    found, missing = select(arguments.models)
    for model in found:
        with tempfile.TemporaryDirectory() as folder:
            artifact = Path(folder) / "model.so"
            weights = model_file(model).stat().st_size / 2**20
            cache = _own_cache(Path(folder))
            seconds, peak, code = watch(Environment().compile_command(model, artifact), cache)
            again = Environment().compile(model, artifact, variables=cache) if code == 0 else float("nan")
            size = artifact.stat().st_size / 2**20 if artifact.exists() else 0.0
        limit_s, limit_m = LIMITS.get(model.name, float("inf")), 4 * weights + 500
        limit_a = AGAIN.get(model.name, float("inf"))
        good = code == 0 and seconds <= limit_s and again <= limit_a and peak <= limit_m
        failed += not good
        row = f"{model.name:<14}{seconds:>9.1f}{limit_s:>7.0f}{again:>9.1f}{limit_a:>7.0f}{peak:>10.0f}{limit_m:>7.0f}"
        row += f"{weights:>13.1f}{size:>10.1f}"
        print(row + ("" if good else f"  {'exit code ' + str(code) if code else 'TOO MUCH'}"), flush=True)
    for line in missing:
        print(line)
    return int(failed > 0)


def beside(arguments: argparse.Namespace) -> int:
    """One line for each model: the medians of both versions and their ratios. Exit code 1 when ours take more than
    ``SLOWER``."""
    both = {"ours": Environment(), "theirs": arguments.against}
    print(f"{both['ours'].version} against {both['theirs'].version}, medians of {arguments.rounds} in turns, s")
    print(f"{'model':<14}{'ours':>8}{'theirs':>8}{'ratio':>7}{'again: ours':>13}{'theirs':>8}{'ratio':>7}")
    found, missing = select(arguments.models)
    rows: list[tuple[float, float]] = []
    for model in found:
        times = in_turns(model, both, arguments.rounds)
        medians = {key: statistics.median(seconds) for key, seconds in times.items()}
        first, again = ((medians["ours", what], medians["theirs", what]) for what in ("first", "again"))
        rows.append((first[0] / first[1], again[0] / again[1]))
        cells = f"{first[0]:>8.2f}{first[1]:>8.2f}{rows[-1][0]:>7.2f}{again[0]:>13.2f}{again[1]:>8.2f}"
        print(f"{model.name:<14}{cells}{rows[-1][1]:>7.2f}", flush=True)
    means = [statistics.geometric_mean(ratios) for ratios in zip(*rows, strict=True)]
    print(f"{'geometric mean':<14}{means[0]:>23.2f}{means[1]:>28.2f}" if means else "no model", *missing, sep="\n")
    return int(any(mean > SLOWER for mean in means))


def in_turns(model: Model, both: dict[str, Environment], rounds: int) -> dict[tuple[str, str], list[float]]:
    """The seconds of every environment's first compile, with an empty cache, and of its second one."""
    times: dict[tuple[str, str], list[float]] = {(name, what): [] for name in both for what in ("first", "again")}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for what in ("first", "again"):
                for name, environment in both.items():
                    own = Path(folder) / name
                    own.mkdir(exist_ok=True)
                    seconds = environment.compile(model, own / "model.so", variables=_own_cache(own))
                    times[name, what].append(seconds)
    return times


def _own_cache(folder: Path) -> dict[str, str]:
    """Environment variables that put a compile's caches, of kernels and of bytecode, into ``folder``, which is empty at
    first."""
    found = {"DLDT_CACHE": str(folder / "cache"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    return found | {"PYTHONDONTWRITEBYTECODE": ""}


def watch(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, int]:
    """Seconds, peak MiB of the process tree (sampled; shared pages counted once, by PSS), and exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | (environment or {}))
    peak = 0.0
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, sum(_pss(pid) for pid in _tree(process.pid)) / 1024)

    thread = threading.Thread(target=sample)
    thread.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    done.set()
    thread.join()
    return seconds, peak, code


def _tree(root: int) -> list[int]:
    found, pending = [], [root]
    while pending:
        pid = pending.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                pending += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _pss(pid: int) -> int:
    """The PSS of a process in KiB; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(main())
