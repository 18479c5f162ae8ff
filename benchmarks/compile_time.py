"""Seconds and peak memory of compiling large networks, the command and all its child processes together.

The first compile finds an empty cache of kernels, and none of our modules as bytecode; "again" is a second one, which
finds all of them there.

python -m benchmarks.compile_time                 resnet50 and vgg19
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.models import MODELS, model_file, select

LIMITS = {"resnet50": 20.0, "vgg19": 40.0}
AGAIN = {"resnet50": 2.0}


def main() -> int:
    """A line a model; exit code 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--models", nargs="*", default=list(LIMITS), metavar="NAME", help=", ".join(m.name for m in MODELS)
    )
    arguments = parser.parse_args()
    machine = describe()
    print(f"{machine['cpu']}, {machine['cores']} cores")
    head = f"{'model':<14}{'seconds':>9}{'limit':>7}{'again':>9}{'limit':>7}{'peak MiB':>10}{'limit':>7}"
    print(head + f"{'weights MiB':>13}{'file MiB':>10}")
    failed = 0
    found, missing = select(arguments.models)
    for model in found:
        with tempfile.TemporaryDirectory() as folder:
            artifact = Path(folder) / "model.so"
            weights = model_file(model).stat().st_size / 2**20
            command = [sys.executable, "-m", "dldt.tools.compile", str(model_file(model)), "-o", str(artifact), "-q"]
            cache = {"DLDT_CACHE": str(Path(folder) / "cache")}
            cache |= {"PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
            seconds, peak, code = watch(command, cache)
            again = _seconds(command, cache) if code == 0 else float("nan")
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


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """Nobody looks at the memory meanwhile: that takes time."""
    start = time.perf_counter()
    subprocess.run(command, env=os.environ | environment, check=True)
    return time.perf_counter() - start


def watch(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, int]:
    """Seconds, peak MiB of the process tree (sampled; shared pages counted once, by PSS), exit code."""
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
    """KiB, 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(main())
