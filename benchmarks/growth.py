"""How the time and memory of a compile grow with the model: each kind of network at doublings of its size."""

from __future__ import annotations

import math
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import onnx

from benchmarks.growing import GROWING, Growing

MOST = 1.35
"""The largest acceptable exponent between two sizes: 1 is linear, 2 quadratic."""

Watch = Callable[[list[str], dict[str, str]], tuple[float, float, int]]
"""Seconds, peak MiB and exit code of a command with these environment variables."""


def measure_growth(names: Iterable[str], watch: Watch) -> int:
    """One line for each size of each kind in ``names`` (none: all); exit code 1 where an exponent is above ``MOST``,
    or a compile fails."""
    wanted = set(names) or {kind.name for kind in GROWING}
    unknown = wanted - {kind.name for kind in GROWING}
    if unknown:
        print(f"no such network: {', '.join(sorted(unknown))}; there are {', '.join(kind.name for kind in GROWING)}")
        return 1
    start = _compile(GROWING[0].make(1), watch)[1]
    print(f"starting takes {start:.1f} s of the processors; exponents are of the time beyond that, between two sizes")
    print(f"{'network':<12}{'size':>8}{'seconds':>9}{'CPU s':>8}{'peak MiB':>10}{'exponent':>10}")
    return int(not all([_grows_linearly(kind, start, watch) for kind in GROWING if kind.name in wanted]))


def _grows_linearly(kind: Growing, start: float, watch: Watch) -> bool:
    good, before = True, (0, 0.0)
    for size in kind.sizes:
        seconds, spent, peak, code = _compile(kind.make(size), watch)
        own = max(spent - start, 0.05)
        exponent = math.log(own / before[1]) / math.log(size / before[0]) if before[0] else None
        bad = bool(code) or (exponent is not None and exponent > MOST)
        good, before = good and not bad, (size, own)
        row = f"{kind.name:<12}{size:>8}{seconds:>9.1f}{spent:>8.1f}{peak:>10.0f}"
        row += f"{exponent:>10.2f}" if exponent is not None else f"{'':>10}"
        print(row + (f"  exit code {code}" if code else "  TOO MUCH" if bad else ""), flush=True)
    return good


def _compile(model: onnx.ModelProto, watch: Watch) -> tuple[float, float, float, int]:
    """Seconds, seconds of the processors, peak MiB and exit code of a compile that finds no kernels in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        file, artifact = Path(folder) / "model.onnx", Path(folder) / "model.so"
        onnx.save(model, file)
        command = [sys.executable, "-P", "-m", "dldt.tools.compile", str(file), "-o", str(artifact), "-q"]
        before = _processor_time()
        seconds, peak, code = watch(command, {**os.environ, "DLDT_CACHE": str(Path(folder) / "cache")})
        return seconds, _processor_time() - before, peak, code


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
