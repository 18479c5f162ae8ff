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
    with np.load(FOLDER / "pictures.npz") as content:
        pictures = [content[size] for size in sorted(content.files)]
    with np.load(FOLDER / f"{name}.npz") as case:
        if "square" in case.files:
            size = int(case["square"])
            pictures.append(pictures[1][:, 16 : 16 + size, 8 : 8 + size])
        if name.startswith("yolo"):
            pictures = [x[:1].astype(np.float32) for x in pictures]
        outputs = [
            {key.partition(":")[2]: case[key] for key in case.files if key.startswith(f"out{i}:")}
            for i in range(len(pictures))
        ]
        return [({str(case["given"]): x}, own) for x, own in zip(pictures, outputs, strict=True)]
