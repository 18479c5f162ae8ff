"""Backends in their own processes, on the same cores, opened one after another and timed in interleaved rounds: A B C A
B C …"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.accuracy import LIMIT, relative_error
from benchmarks.competitor import Competitor

PEERS = ("onnxruntime", "openvino")
BACKENDS = ("dldt", *PEERS)
AGAINST = "against"
"""The name of another version of dldt."""
OURS = ("dldt", AGAINST)
REFERENCE = "onnxruntime"
WARM_UP = 0.2
BFLOAT_LIMIT = 2e-2
PAUSE = 0.05
"""Seconds to wait after imports and after inferences: a peer's threads may still be busy for a while."""
PATIENCE = 300.0
"""Seconds after which a backend that does not answer is stopped."""


def race(
    competitors: Mapping[str, Competitor],
    inputs: dict[str, np.ndarray],
    threads: int,
    cores: Sequence[int],
    *,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
    precision: str = "f32",
    openings: int = 1,
    call: str = "plain",
) -> dict[str, dict]:
    """The results of each competitor, by name: times of opening and of the first inference, median and least latency
    (ms), ``error`` against onnxruntime, peak memory. A backend that fails has only the key ``failed``.

    When all backends have done their imports, they open the models one after another. This is done ``openings`` times
    in fresh processes, and the median counts. The last processes are compared, then timed.
    ``precision`` is OpenVINO's hint. With bf16, ours may differ from onnxruntime's f32 as much as OpenVINO does, and by
    ``BFLOAT_LIMIT`` in any case. ``call``: plain or bound, see benchmarks/backend.py.
    """
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "inputs.npz", **inputs)
        opened = []
        for number in range(openings):
            tell(f"opening {number + 1}/{openings}")
            processes = {
                name: _Process(competitor, Path(folder) / f"{name}.npz", threads, cores, precision, call)
                for name, competitor in competitors.items()
            }
            try:
                opened.append(_open(processes))
                rows = _medians(opened)
                if number == openings - 1:
                    _compare(rows, processes, precision)
                    _time(rows, processes, rounds, seconds, tell)
            finally:
                for process in processes.values():
                    process.close()
    return rows


def _open(processes: dict[str, _Process]) -> dict[str, dict]:
    """Each process's answer when it is told to open. They open one after another, and none imports meanwhile."""
    rows = {name: _tried(process.wait_for_imports) for name, process in processes.items()}
    time.sleep(PAUSE)
    for name, process in processes.items():
        if "failed" not in rows[name]:
            rows[name] = _tried(process.open)
            time.sleep(PAUSE)
    return rows


def _medians(opened: list[dict[str, dict]]) -> dict[str, dict]:
    """The rows of the last opening, with the median times of all openings. A backend that failed once has failed."""
    rows = {}
    for name, row in opened[-1].items():
        every = [found[name] for found in opened]
        wrong = [found for found in every if "failed" in found]
        times = () if wrong else ("open_ms", "first_ms")
        rows[name] = (wrong or [row])[0] | {key: statistics.median(found[key] for found in every) for key in times}
    return rows


def _tried(ask: Callable[[], dict]) -> dict:
    try:
        return ask()
    except _FailedError as problem:
        return {"failed": str(problem)}


def _compare(rows: dict[str, dict], processes: dict[str, _Process], precision: str) -> None:
    """Compare outputs. Ours must agree with onnxruntime's; without them, with OpenVINO's; without both, every version
    of ours with the first one."""
    whole = [name for name in (REFERENCE, *rows) if name in rows and "failed" not in rows[name]]
    if not whole:
        return
    reference = processes[whole[0]].outputs()
    for name in whole[1:]:
        rows[name]["error"] = relative_error(processes[name].outputs(), reference)
        rows[name]["compared_with"] = whole[0]
    limit = LIMIT if precision == "f32" else max(BFLOAT_LIMIT, rows.get("openvino", {}).get("error", 0.0))
    for name in OURS:
        error = rows.get(name, {}).get("error", 0.0)
        if not error <= limit:
            rows[name] = {"failed": f"outputs differ from {whole[0]}'s by {error:.1e} of max|y|: not timed"}


def _time(rows: dict[str, dict], processes: dict[str, _Process], rounds: int, seconds: float, tell) -> None:
    times: dict[str, list[float]] = {name: [] for name in rows}
    for number in range(rounds + 1):
        tell(f"{number}/{rounds}" if number else "warm-up")
        for name, process in processes.items():
            if "failed" in rows[name]:
                continue
            answer = _tried(lambda process=process, number=number: process.run(seconds if number else WARM_UP))
            if "failed" in answer:
                rows[name] = answer
                continue
            rows[name]["rss_bytes"] = answer["rss_bytes"]
            times[name] += answer["times_ms"] if number else []
            time.sleep(PAUSE)
    for name, row in rows.items():
        if "failed" not in row:
            found = times[name]
            row |= {"median_ms": statistics.median(found), "min_ms": min(found), "count": len(found)}


class _FailedError(Exception):
    """The error message of a backend's process, or how the process ended."""


class _Process:
    """A backend's process, pinned to its cores. It imports in parallel with the others, and answers each line with a
    line of JSON."""

    def __init__(
        self, competitor: Competitor, outputs: Path, threads: int, cores: Sequence[int], precision: str, call: str
    ) -> None:
        self._file, self._outputs = competitor.file, outputs
        inputs = outputs.with_name("inputs.npz")
        words = [competitor.backend, *map(str, (self._file, inputs, threads, outputs)), precision, call]
        pin = f"import os; os.sched_setaffinity(0, {list(cores)}); from benchmarks.backend import main; main()"
        self._process = subprocess.Popen(
            [competitor.python, "-c", pin, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_for_imports(self) -> dict:
        return self._answer()

    def open(self) -> dict:
        with self._file.open("rb") as file:  # into the page cache: no disk is measured
            while file.read(1 << 21):
                pass
        return self._ask("open")

    def run(self, seconds: float) -> dict:
        return self._ask(f"{seconds}")

    def outputs(self) -> list:
        with np.load(self._outputs) as loaded:
            return [loaded[f"arr_{number}"] for number in range(len(loaded.files))]

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def _ask(self, line: str) -> dict:
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _FailedError(f"its process ended with {self._process.wait()}") from None
        return self._answer()

    def _answer(self) -> dict:
        timer = threading.Timer(PATIENCE, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if not line:
            raise _FailedError(f"its process ended with {self._process.wait()}")
        answer = json.loads(line)
        if "failed" in answer:
            raise _FailedError(answer["failed"])
        return answer
