"""What rewrites of arithmetic change, on data far from zero: the largest error against f64 over the largest result.

    python -m benchmarks.rewrites                  the graph as it was, after the passes, and as native code
    python -m benchmarks.rewrites --spread 0.01    how far the data spreads around its offsets (default: 1 and 0.01)

The exit code is 1 where a graph after the passes is further from f64 than four times the graph as it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

import dldt
from dldt import runtime
from dldt.compiler.interpret import interpret
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.passes.check import f32, graph_of
from tests.passes.far_from_zero import FAR_AWAY, data, widened

FACTOR, ROUNDING = 4, 3e-7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spread", type=float, nargs="*", default=[1.0, 0.01])
    spreads = parser.parse_args().spread
    print(
        "| graph | spread | as it was | after the passes | native | passes that changed it |\n|---|---|---|---|---|---|"
    )
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in FAR_AWAY:
            for spread in spreads:
                before, after, native, passes = measured(name, spread, Path(folder) / "m.so")
                worse += after > FACTOR * before + ROUNDING
                print(f"| {name} | {spread:g} | {before:.1e} | {after:.1e} | {native:.1e} | {', '.join(passes)} |")
    return int(bool(worse))


def measured(name: str, spread: float, library: Path) -> tuple[float, float, float, list[str]]:
    """The three errors, and the passes that changed the graph."""
    x, build = data(spread), FAR_AWAY[name]
    graph = graph_of(lambda g: build(g.parameter("x", f32(*x.shape))))
    exact = widened(build, x)
    before = next(iter(interpret(graph, {"x": x}).values()))
    report = run_pipeline(graph, default_pipeline())
    after = next(iter(interpret(graph, {"x": x}).values()))
    dldt.compile_model(graph, library)
    with runtime.load(library, threads=1) as model:
        native = model(x)
    passes = dict.fromkeys(step.name.partition("{")[0] for step in report.steps if step.count)
    return _error(before, exact), _error(after, exact), _error(native, exact), list(passes)


def _error(made: np.ndarray, exact: np.ndarray) -> float:
    return float(np.abs(made - exact).max() / np.abs(exact).max())


if __name__ == "__main__":
    sys.exit(main())
