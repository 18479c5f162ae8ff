"""The networks that ``detection/make_cases.py`` made: whole graphs with what prepares pictures and selects boxes."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("detection")
NAMES = sorted(path.stem for path in FOLDER.glob("*.npz") if path.stem != "pictures")


def model_of(name, folder):
    """The model's file, written to ``folder``; what to read."""
    with np.load(FOLDER / f"{name}.npz") as case:
        (key,) = (key for key in case.files if key.startswith("file:"))
        path = folder / key.removeprefix("file:")
        path.write_bytes(case[key].tobytes())
    return path if path.name == "graph.pb" else folder


def runs_of(name):
    """Pairs of inputs and outputs by name, one for each size of pictures."""
    runs = []
    with np.load(FOLDER / f"{name}.npz") as case, np.load(FOLDER / "pictures.npz") as pictures:
        for size in sorted(pictures.files):
            x = pictures[size][:1].astype(np.float32) if name.startswith("yolo") else pictures[size]
            own = {key.partition(":")[2]: case[key] for key in case.files if key.startswith(f"out{size}:")}
            runs.append(({str(case["given"]): x}, own))
    return runs
