"""What a fresh interpreter pays: the import of the runtime over numpy's, and opening the ResNet-50 artifact.

python -m benchmarks.startup
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import dldt
from benchmarks.machine import describe
from benchmarks.models import model_file, select

ROUNDS = 15
TIMED = "import time; s = time.perf_counter(); {}; print((time.perf_counter() - s) * 1e3)"
OPEN = (
    "import sys, time; from dldt import runtime; s = time.perf_counter(); m = runtime.load(sys.argv[1]); "
    "print((time.perf_counter() - s) * 1e3); m.close()"
)
NAMES = ("onnx", "tensorflow", "networkx", "llvmlite", "attr")
FOREIGN = f"import sys, dldt.runtime; print([name for name in {NAMES} if name in sys.modules])"


def main() -> int:
    """Medians of fresh interpreters, interleaved; exit code 1 past a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    print(f"{describe()['cpu']}, medians of {ROUNDS} fresh interpreters")
    numpy_ms, both_ms = [], []
    for _ in range(ROUNDS):
        numpy_ms.append(float(_run(TIMED.format("import numpy"))))
        both_ms.append(float(_run(TIMED.format("import dldt.runtime"))))
    more = statistics.median(both_ms) - statistics.median(numpy_ms)
    print(f"import numpy         {statistics.median(numpy_ms):7.1f} ms")
    print(f"import dldt.runtime  {statistics.median(both_ms):7.1f} ms, {more:.1f} ms more (limit 60)")
    imported = _run(FOREIGN)
    print(f"foreign modules that came along: {imported}")
    ((model,), _) = select(["resnet50"])
    with tempfile.TemporaryDirectory() as folder:
        artifact, _ = dldt.compile_model(model_file(model), Path(folder) / "resnet50.so")
        opened = statistics.median(float(_run(OPEN, str(artifact))) for _ in range(ROUNDS))
    print(f"open resnet50.so     {opened:7.2f} ms (limit 5)")
    return int(more >= 60 or opened >= 5 or imported != "[]")


def _run(code: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
