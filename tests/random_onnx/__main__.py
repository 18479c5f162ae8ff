"""``python -m tests.random_onnx [--count N] [--seed S] [--workers W] [--keep DIR]``: random models, native code beside
onnxruntime in another process. What differs, crashes or hangs is made small and kept in DIR."""

from __future__ import annotations

import argparse
import collections
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from tests.random_onnx.judge import RefusedError, difference
from tests.random_onnx.minimise import minimised
from tests.random_onnx.native_child import NativeChild
from tests.random_onnx.random_model import RandomModel


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random_onnx")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0, help="of the first model")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="the folder for what fails, made small")
    given = parser.parse_args()
    started, failed, kinds = time.perf_counter(), 0, collections.Counter[str]()
    wanted = [(seed, given.keep) for seed in range(given.seed, given.seed + given.count)]
    with ThreadPoolExecutor(given.workers) as pool:
        for done, (seed, found, used) in enumerate(pool.map(_tried, wanted), 1):
            kinds.update(used)
            failed += bool(found)
            if found:
                print(f"seed {seed}: {found}"[:900], flush=True)
            if done % 100 == 0:
                print(f"{done} models, {failed} failed, {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{given.count} random models of {len(kinds)} kinds of nodes: {failed} failed, in "
          f"{time.perf_counter() - started:.0f} s")  # fmt: skip
    return int(failed > 0)


_OWN = threading.local()
"""Each thread has a process of its own that runs native code."""


def _child() -> NativeChild:
    if not hasattr(_OWN, "child"):
        _OWN.child = NativeChild()
    child: NativeChild = _OWN.child
    return child


def _tried(wanted: tuple[int, Path | None]) -> tuple[int, str, frozenset[str]]:
    seed, keep = wanted
    made = RandomModel(seed)
    try:
        found = difference(_child(), made.model, made.feeds)
    except RefusedError as error:
        print(f"seed {seed} is left out, onnxruntime refuses it: {error}"[:300], flush=True)
        return seed, "", frozenset()
    if found and keep:
        print(f"seed {seed} is made small: {found}"[:300], flush=True)
        _keep(seed, made, found, keep)
    return seed, found, made.kinds


def _keep(seed: int, made: RandomModel, found: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kind = _kind(found)

    def failing(model: Any, feeds: Any) -> bool:
        return _kind(difference(_child(), model, feeds)) == kind

    model, feeds = minimised(made.model, made.feeds, failing)
    onnx.save(model, folder / f"seed{seed}.onnx")
    arrays = {f"{k}/{name}": array for k, each in enumerate(feeds) for name, array in each.items()}
    np.savez_compressed(folder / f"seed{seed}.npz", **arrays)
    (folder / f"seed{seed}.txt").write_text(difference(_child(), model, feeds) + "\n")


def _kind(found: str) -> str:
    """A failure of the same kind begins alike."""
    return found[:24] if found else ""


if __name__ == "__main__":
    raise SystemExit(main())
