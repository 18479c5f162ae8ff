"""``python -m tests.onnx_suite [--free] [pattern]``: run the cases of onnx.backend.test, print the outcomes."""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import re
import time

import pytest

from tests.onnx_suite.cases import EXCLUDED, EXCLUDED_FREE, cases, excluded
from tests.onnx_suite.kept_child import keep_children


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.onnx_suite")
    parser.add_argument("--free", action="store_true", help="leave every dim of every input free")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quiet", action="store_true", help="print the counts alone")
    parser.add_argument("pattern", nargs="?", default="")
    given = parser.parse_args()
    path = EXCLUDED_FREE if given.free else EXCLUDED
    started = time.perf_counter()
    wanted = [(name, given.free) for name in cases(given.free) if re.search(given.pattern, name)]
    counts: collections.Counter[str] = collections.Counter()
    with multiprocessing.get_context("fork").Pool(given.workers, initializer=_start) as pool:
        for name, seconds, error in pool.imap_unordered(_outcome, wanted, chunksize=4):
            reason = excluded(name, path) or excluded(name)
            outcome = ("passed, though it is excluded" if reason else "passed") if not error else "failed"
            outcome = "excluded" if error and reason else outcome
            counts[outcome] += 1
            if not given.quiet and outcome != "passed":
                print(f"{outcome} {name} ({seconds:.1f} s): {reason or error}", flush=True)
    shown = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    print(f"onnx.backend.test: {shown}, in {time.perf_counter() - started:.0f} s")
    return int(any(outcome not in ("passed", "excluded") for outcome in counts))


def _start() -> None:
    keep_children(pytest.MonkeyPatch())


def _outcome(wanted: tuple[str, bool]) -> tuple[str, float, str]:
    name, free = wanted
    started = time.perf_counter()
    try:
        cases(free)[name]()
    except Exception as error:
        return name, time.perf_counter() - started, f"{type(error).__name__}: {' '.join(str(error).split())}"[:600]
    return name, time.perf_counter() - started, ""


if __name__ == "__main__":
    raise SystemExit(main())
