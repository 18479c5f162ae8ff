"""What a fresh interpreter pays: the import of the runtime over numpy's, and opening the ResNet-50 artifact.

python -m benchmarks.startup
python -m benchmarks.startup --against ../base/bin/python         beside another dldt, in turns
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import dldt
from benchmarks.environment import Environment
from benchmarks.machine import describe
from benchmarks.models import model_file, select

ROUNDS = 15
TIMED = "import time; s = time.perf_counter(); {}; print((time.perf_counter() - s) * 1e3)"
IMPORT = TIMED.format("import dldt.runtime")
OPEN = (
    "import sys, time; from dldt import runtime; s = time.perf_counter(); m = runtime.load(sys.argv[1]); "
    "print((time.perf_counter() - s) * 1e3); m.close()"
)
NAMES = ("onnx", "tensorflow", "networkx", "llvmlite", "attr")
FOREIGN = f"import sys, dldt.runtime; print([name for name in {NAMES} if name in sys.modules])"


def main() -> int:
    """Medians of fresh interpreters, interleaved; exit code 1 past a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    Environment.add_option(parser)
    arguments = parser.parse_args()
    if arguments.against:
        return beside(arguments.against)
    print(f"{describe()['cpu']}, medians of {ROUNDS} fresh interpreters")
    numpy_ms, both_ms = [], []
    for _ in range(ROUNDS):
        numpy_ms.append(float(_run(TIMED.format("import numpy"))))
        both_ms.append(float(_run(IMPORT)))
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


def beside(against: Environment) -> int:
    """Both versions' medians, interleaved: the import of the runtime over numpy's, and opening the artifact that each
    compiled of ResNet-50."""
    both = {"ours": Environment(), "theirs": against}
    print(f"{both['ours'].version} against {against.version}: {describe()['cpu']}, medians of {ROUNDS}, ms")
    ((model,), _) = select(["resnet50"])
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        artifacts = {name: str(Path(folder) / f"{name}.so") for name in both}
        for name, environment in both.items():
            environment.compile(model, Path(artifacts[name]))
        for _ in range(ROUNDS):
            for what, code in (("numpy", TIMED.format("import numpy")), ("runtime", IMPORT), ("open", OPEN)):
                for name, environment in both.items():
                    milliseconds = float(_run(code, artifacts[name], python=environment.python))
                    times.setdefault((name, what), []).append(milliseconds)
    median = {key: statistics.median(found) for key, found in times.items()}
    more = {name: median[name, "runtime"] - median[name, "numpy"] for name in both}
    opened = {name: median[name, "open"] for name in both}
    print(f"{'':<28}{'ours':>8}{'theirs':>8}{'ratio':>7}")
    for what, row in (("import dldt.runtime, more", more), ("open resnet50.so", opened)):
        print(f"{what:<28}{row['ours']:>8.2f}{row['theirs']:>8.2f}{row['ours'] / row['theirs']:>7.2f}")
    return 0


def _run(code: str, *words: str, python: str = sys.executable) -> str:
    done = subprocess.run([python, "-P", "-c", code, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
