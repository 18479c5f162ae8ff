"""Tells for each pixel of a picture which fruit it is of, with a Caffe net, and writes the coloured map beside it.

python examples/fruit/segment.py [map.png]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from pictures import COLOURS, larger, picture, write_png

import dldt
from dldt import runtime

HERE = Path(__file__).resolve().parent

TABLE = np.array([[235, 225, 205]])


def main(words: list[str]) -> None:
    """Compile, run, colour."""
    image, truth, _ = picture(np.random.default_rng(int(words[1]) if len(words) > 1 else 7))
    with tempfile.TemporaryDirectory() as folder:
        path, summary = dldt.compile_model(HERE / "segmentation.caffemodel", Path(folder) / "segmentation.so")
        print(f"compiled  segmentation.caffemodel with segmentation.prototxt beside it: {summary.file_bytes:,} bytes")
        with runtime.load(path) as model:
            classes = model(image[None])[0, 0].astype(int)
    print(f"right     {np.mean(classes == truth):.1%} of the pixels")
    coloured = np.concatenate([TABLE, COLOURS])[classes].transpose(2, 0, 1)
    out = Path(words[0] if words else "map.png")
    write_png(out, larger(np.concatenate([image, coloured], 2), 3))
    print(f"written   {out}")


if __name__ == "__main__":
    main(sys.argv[1:])
