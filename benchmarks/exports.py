"""Networks that frameworks' own exporters write, each compared with onnxruntime at two sizes.

    python -m benchmarks.exports make DIR [WORD …]     with a Python that has the frameworks
    python -m benchmarks.exports compare DIR [WORD …]  with ours

``make`` writes what the Python's frameworks allow: torch (both exporters; needs torchvision and transformers),
scikit-learn with skl2onnx and onnxmltools, TensorFlow with tf2onnx, Paddle with paddle2onnx. Weights are random and
seeded, nothing is downloaded. ``compare`` compiles each model with its free dims, and once more for each of two sizes,
and prints the largest difference from onnxruntime as a part of the largest number; of whole numbers, and of the rows
that a suppression of overlaps keeps, all must be equal. WORD: only names that it is in.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from benchmarks.exported.export import Export

GROUPS = {
    "vision": "torch",
    "language": "torch",
    "scikit": "sklearn",
    "keras": "tensorflow",
    "paddle_networks": "paddle",
}
"""The modules here, each with a package without which it makes nothing."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*")
    given = parser.parse_args(argv)
    if given.what == "make":
        return _make(given.folder, given.words)
    compare = importlib.import_module("benchmarks.exported.compare").compare
    paths = [path for path in sorted(given.folder.glob("*.onnx")) if _wanted(path.stem, given.words)]
    if not paths:
        parser.error(f"no model in {given.folder}: make them first")
    return int(compare(paths))


def _make(folder: Path, words: list[str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for export in _exports():
        for exporter in export.exporters:
            name = f"{export.name}-{exporter}"
            if not _wanted(name, words):
                continue
            try:
                export.write(folder, exporter)
            except Exception as error:
                failed += 1
                print(f"{name}: the exporter fails: {type(error).__name__}: {str(error).strip()[:300]}", flush=True)
            else:
                print(f"{name}: written", flush=True)
    return int(bool(failed))


def _exports() -> list[Export]:
    found: list[Export] = []
    for module, package in GROUPS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{module}: left out, there is no {package}")
            continue
        try:
            found += getattr(importlib.import_module(f"benchmarks.exported.{module}"), module)()
        except ImportError as error:
            print(f"{module}: left out: {error}")
    return found


def _wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
