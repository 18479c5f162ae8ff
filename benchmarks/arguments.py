"""Values of the benchmarks' options. Values that cannot be measured are refused before the measurement starts."""

from __future__ import annotations

import argparse
import json
import math
import os
from pathlib import Path

from dldt.codegen.host import resolve_target
from dldt.compiler.errors import UsageError


def whole_number(text: str) -> int:
    """A number of rounds, threads or rows: at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)


def duration(text: str) -> float:
    """A time above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no time in seconds above 0")
    return value


def thread_counts(text: str) -> list[int]:
    """Numbers of threads, separated by commas, each only once; at most as many as this process has processors."""
    counts = [whole_number(word) for word in text.split(",")]
    most = len(os.sched_getaffinity(0))
    if max(counts) > most:
        raise argparse.ArgumentTypeError(f"{max(counts)} threads, but this process may use {most} processor(s)")
    return list(dict.fromkeys(counts))


def target_name(text: str) -> str:
    """A target that the compiler knows."""
    try:
        resolve_target(text)
    except UsageError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return text


def new_file(text: str) -> Path:
    """A file to write at the end; its folder must exist."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"cannot write {text}: it is a folder, or lies in none")
    return path


def read_results(path: Path) -> dict:
    """The results that ``benchmarks.peers --json`` wrote. Raises SystemExit with an error if the file holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SystemExit(f"error: {path} is not what benchmarks.peers --json writes: {problem}") from None
    if not isinstance(found, dict) or not {"machine", "models"} <= set(found):
        raise SystemExit(f"error: {path} is not what benchmarks.peers --json writes: no machine and models")
    return found
