"""Compiles digits.onnx to one native library, runs it on the test pictures and prints its accuracy.

    python examples/digits/run.py          (a few seconds)

Compiling needs the extra 'compile'; running the library needs numpy alone.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

import dldt
from dldt import runtime

HERE = Path(__file__).parent


def main() -> None:
    """Compile, open, run, count."""
    data = np.load(HERE / "test_images.npz")
    images, labels = data["images"], data["labels"]
    with tempfile.TemporaryDirectory() as folder:
        path, summary = dldt.compile_model(HERE / "digits.onnx", Path(folder) / "digits.so")
        print(f"compiled  {path.name}: {summary.file_bytes:,} bytes for {summary.target.name}, {summary.seconds:.1f} s")

        start = time.perf_counter()
        with runtime.load(path) as model:
            opened = time.perf_counter()
            scores = model(images)
            done = time.perf_counter()
    print(f"opened    in {(opened - start) * 1e3:.1f} ms")
    print(f"ran       {len(images)} pictures in {(done - opened) * 1e3:.1f} ms, in one batch")
    print(f"accuracy  {np.mean(scores.argmax(1) == labels):.4f}")


if __name__ == "__main__":
    main()
