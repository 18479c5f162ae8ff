"""Stores what OpenCV's importer of Caffe answers for the cases and topologies that have no other oracle.

    pip install "opencv-python-headless<5" numpy && python -m tests.frontends.caffe.store_opencv

Written by OpenCV 4.14.0. It needs nothing of the project.
"""

import tempfile
from pathlib import Path

import cv2
import numpy as np

from tests.frontends.caffe.cases import CASES

STORED = Path(__file__).with_name("opencv.npz")


def outputs_of(net, wanted=None):
    """The blobs ``wanted``, or those at the ends, as OpenCV computes them."""
    with tempfile.TemporaryDirectory() as folder:
        path = net.save(folder)
        model = str(path) if path.suffix == ".caffemodel" else ""
        loaded = cv2.dnn.readNetFromCaffe(str(Path(folder) / "net.prototxt"), model)
        for name, array in net.feeds().items():
            loaded.setInput(array, name)
        if wanted is None:
            wanted = loaded.getUnconnectedOutLayersNames()
        return dict(zip(wanted, loaded.forward(wanted), strict=True))


def main():
    """Write the file."""
    stored = {}
    for case in CASES:
        if case.expected is None:
            for place, array in enumerate(outputs_of(case.net).values()):
                stored[f"{case.key}/{place}"] = np.asarray(array)
    np.savez_compressed(STORED, **stored)
    print(f"{len(stored)} arrays by OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
