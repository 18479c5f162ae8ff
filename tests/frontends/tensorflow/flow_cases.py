"""The cases that ``make_flow_cases.py`` made: control flow, functions, variables."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("flow_cases")
NAMES = sorted(path.stem for path in FOLDER.glob("*.npz"))


def model_of(name, folder):
    """The model's files, written to ``folder``; what to read."""
    with np.load(FOLDER / f"{name}.npz") as case:
        files = [key for key in case.files if key.startswith("file:")]
        for key in files:
            path = folder / key.removeprefix("file:")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(case[key].tobytes())
    return folder if len(files) > 1 or "file:graph.pb" not in files else folder / "graph.pb"


def runs_of(name):
    """Pairs of inputs and outputs by name."""
    runs = {}
    with np.load(FOLDER / f"{name}.npz") as case:
        for key in case.files:
            kind, _, own = key.partition(":")
            if kind != "file":
                number = int(kind.lstrip("inout"))
                runs.setdefault(number, ({}, {}))[kind.startswith("out")][own] = case[key]
    return [runs[number] for number in sorted(runs)]
