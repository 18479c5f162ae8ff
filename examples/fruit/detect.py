"""Finds the fruit in a picture with a Caffe SSD, compiled to one native library, and draws boxes round it.

python examples/fruit/detect.py [boxes.png]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from pictures import COLOURS, FRUIT, SIZE, larger, picture, write_png

import dldt
from dldt import runtime

HERE = Path(__file__).resolve().parent

SCALE = 4


def main(words: list[str]) -> None:
    """Compile, run, draw."""
    image, _, truth = picture(np.random.default_rng(int(words[1]) if len(words) > 1 else 7))
    with tempfile.TemporaryDirectory() as folder:
        path, summary = dldt.compile_model(HERE / "detector.caffemodel", Path(folder) / "detector.so")
        print(f"compiled  detector.caffemodel with detector.prototxt beside it: {summary.file_bytes:,} bytes")
        with runtime.load(path) as model:
            rows = model(image[None]).reshape(-1, 7)
    drawing = larger(image, SCALE)
    for _, label, score, *corners in rows[: np.argmax([*(rows[:, 0] < 0), True])]:
        left, top, right, bottom = (round(corner * SIZE) for corner in corners)
        print(f"found     {FRUIT[int(label) - 1]:<6}{score:.2f}  at ({left}, {top}) to ({right}, {bottom})")
        outline(drawing, np.array([left, top, right, bottom]) * SCALE, COLOURS[int(label) - 1])
    print(f"there are {len(truth)}: {', '.join(FRUIT[kind - 1] for kind, _ in truth)}")
    out = Path(words[0] if words else "boxes.png")
    write_png(out, drawing)
    print(f"written   {out}")


def outline(drawing: np.ndarray, box: np.ndarray, colour: np.ndarray) -> None:
    """A frame three pixels wide."""
    left, top, right, bottom = np.clip(box, 0, drawing.shape[1] - 3)
    for rows, columns in (
        (slice(top, top + 3), slice(left, right)),
        (slice(bottom, bottom + 3), slice(left, right)),
        (slice(top, bottom), slice(left, left + 3)),
        (slice(top, bottom), slice(right, right + 3)),
    ):
        drawing[:, rows, columns] = colour[:, None, None]


if __name__ == "__main__":
    main(sys.argv[1:])
