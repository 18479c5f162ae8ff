"""The startup cost of a fresh interpreter: importing the runtime after numpy, importing what reads each framework's
models, and opening the ResNet-50 artifact.

python -m benchmarks.startup
python -m benchmarks.startup --against ../base/bin/python         beside another dldt, in turns
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import dldt
from benchmarks.environment import Environment
from benchmarks.machine import describe
from benchmarks.models import model_file, select
from dldt.frontends.formats import FORMATS

ROUNDS = 15
TIMED = "import time; s = time.perf_counter(); {}; print((time.perf_counter() - s) * 1e3)"
IMPORT = TIMED.format("import dldt.runtime")
OPEN = (
    "import sys, time; from dldt import runtime; s = time.perf_counter(); m = runtime.load(sys.argv[1]); "
    "print((time.perf_counter() - s) * 1e3); m.close()"
)
BESIDE = {"import dldt.runtime": f"import numpy; {IMPORT}", "open resnet50.so": OPEN}
NAMES = ("onnx", "tensorflow", "networkx", "llvmlite", "attr")
FOREIGN = f"import sys, dldt.runtime; print([name for name in {NAMES} if name in sys.modules])"

FRAMEWORKS = ("caffe", "mxnet", "tensorflow", "h5py", "cv2", "torch", "openvino", "onnxruntime")
READER = (
    "import sys, time, numpy; import dldt; s = time.process_time(); from dldt.frontends.formats import FORMATS; "
    "from dldt.frontends import read_model; next(f for f in FORMATS if f.name == sys.argv[1]).reader(); "
    f"print((time.process_time() - s) * 1e3, *[name for name in {FRAMEWORKS} if name in sys.modules])"
)
"""The milliseconds that a format's reader and importers take beside numpy, and the frameworks that came along."""


def main() -> int:
    """Medians over fresh interpreters, interleaved; exit code 1 past a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    Environment.add_option(parser)
    arguments = parser.parse_args()
    if arguments.against:
        return beside(arguments.against)
    print(f"{describe()['cpu']}, medians of {ROUNDS} fresh interpreters")
    numpy_ms, both_ms, ask = [], [], Environment().ask
    for _ in range(ROUNDS):
        numpy_ms.append(float(ask(TIMED.format("import numpy"))))
        both_ms.append(float(ask(IMPORT)))
    more = statistics.median(both_ms) - statistics.median(numpy_ms)
    print(f"import numpy         {statistics.median(numpy_ms):7.1f} ms")
    print(f"import dldt.runtime  {statistics.median(both_ms):7.1f} ms, {more:.1f} ms more (limit 60)")
    imported = ask(FOREIGN)
    print(f"foreign modules that came along: {imported}")
    brought = _readers(ask)
    ((model,), _) = select(["resnet50"])
    with tempfile.TemporaryDirectory() as folder:
        artifact, _ = dldt.compile_model(model_file(model), Path(folder) / "resnet50.so")
        opened = statistics.median(float(ask(OPEN, artifact)) for _ in range(ROUNDS))
    print(f"open resnet50.so     {opened:7.2f} ms (limit 5)")
    return int(more >= 60 or opened >= 5 or imported != "[]" or brought)


def _readers(ask: Callable[..., str]) -> bool:
    """A line for each format; whether a framework was imported."""
    brought = False
    for name in (format.name for format in FORMATS):
        answers = [ask(READER, name).split() for _ in range(5)]
        foreign = answers[0][1:]
        brought = brought or bool(foreign)
        spent = statistics.median(float(answer[0]) for answer in answers)
        print(f"reader of {name:<10} {spent:7.1f} ms of CPU, frameworks imported: {', '.join(foreign) or 'none'}")
    return brought


def beside(against: Environment) -> int:
    """Both versions' medians, interleaved: importing the runtime after numpy, and opening the artifact that each
    compiled from ResNet-50."""
    both = {"ours": Environment(), "theirs": against}
    print(f"{both['ours'].version} against {against.version}: {describe()['cpu']}, medians of {ROUNDS}, ms")
    ((model,), _) = select(["resnet50"])
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        own = {name: Path(folder) / name for name in both}
        for name, environment in both.items():
            own[name].mkdir()
            environment.compile(model, own[name] / "model.so")
        for _ in range(1 + ROUNDS):
            for (what, code), (name, environment) in itertools.product(BESIDE.items(), both.items()):
                bytecode = {"PYTHONPYCACHEPREFIX": str(own[name] / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
                answer = environment.ask(code, own[name] / "model.so", variables=bytecode)
                times.setdefault((name, what), []).append(float(answer))
    # The first round is left out, because it wrote the bytecode.
    median = {key: statistics.median(found[1:]) for key, found in times.items()}
    print(f"{'':<20}{'ours':>8}{'theirs':>8}{'ratio':>7}")
    for what in BESIDE:
        ours, theirs = median["ours", what], median["theirs", what]
        print(f"{what:<20}{ours:>8.2f}{theirs:>8.2f}{ours / theirs:>7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
