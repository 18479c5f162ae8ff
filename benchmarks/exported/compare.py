"""Native code of exported models beside onnxruntime: with free dims, and for each of two sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from dldt.runtime.model import load
from dldt.tools.api import compile_model, read_model

TOLERANCE = 2e-4
"""As a part of the largest number of an output."""


def compare(paths: list[Path]) -> int:
    """Print a row a model; whether any of them failed."""
    print(f"{'model':32} {'free, size 1':>13} {'free, size 2':>13} {'fixed, 1':>10} {'fixed, 2':>10}")
    bad = 0
    for path in paths:
        found = _compared(path)
        fine = all(isinstance(each, float) and each <= TOLERANCE for each in found)
        bad += not fine
        shown = [f"{each:.1e}" if isinstance(each, float) else "fails" for each in found]
        print(f"{path.stem:32} {shown[0]:>13} {shown[1]:>13} {shown[2]:>10} {shown[3]:>10}", flush=True)
        for told in dict.fromkeys(each for each in found if isinstance(each, str)):
            print(f"    {told}", flush=True)
    print(f"{len(paths) - bad} of {len(paths)} models agree with onnxruntime at two sizes, free and fixed")
    return bad


def _compared(path: Path) -> list[float | str]:
    """The differences of the four runs, or why there is none."""
    session = onnxruntime.InferenceSession(path, _quiet(), providers=["CPUExecutionProvider"])
    with np.load(path.with_suffix(".npz")) as stored:
        sizes = [{name[2:]: stored[name] for name in stored if name[0] == str(i)} for i in range(2)]
    names = [given.name for given in session.get_inputs()]
    feeds = [{name: arrays[name] for name in names} for arrays in sizes]
    try:
        wanted = [session.run(None, feed) for feed in feeds]
    except Exception as error:
        return [f"onnxruntime: {str(error)[:200]}"] * 4
    outputs = [made.name for made in session.get_outputs()]
    found = [_difference(path, {}, feed, outputs, answer) for feed, answer in zip(feeds, wanted, strict=True)]
    for feed, answer in zip(feeds, wanted, strict=True):
        found.append(_difference(path, {k: v.shape for k, v in feed.items()}, feed, outputs, answer))
    return found


def _quiet() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return options


def _difference(path: Path, shapes: dict, feed: dict, outputs: list[str], wanted: list) -> float | str:
    try:
        graph = read_model(path, inputs=shapes)
        with load(compile_model(graph, path.with_suffix(".so"))) as model:
            made = model.run({name: array for name, array in feed.items() if name in {t.name for t in model.inputs}})
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
    worst = 0.0
    for name, answer in zip(outputs, wanted, strict=True):
        if made[name].shape != answer.shape:
            return f"output {name!r} has the shape {made[name].shape}, onnxruntime's {answer.shape}"
        if answer.dtype.kind in "iub" and not np.array_equal(made[name], answer):
            return f"output {name!r}: {np.sum(made[name] != answer)} of {answer.size} whole numbers differ"
        if answer.size and answer.dtype.kind == "f":
            scale = max(float(np.abs(answer).max()), 1e-30)
            worst = max(worst, float(np.abs(made[name].astype(np.float64) - answer).max()) / scale)
    return worst
