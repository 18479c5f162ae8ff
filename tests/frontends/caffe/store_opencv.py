"""Stores what OpenCV's importer of Caffe answers for the cases and topologies that have no other oracle.

    pip install "opencv-python-headless<5" numpy && python -m tests.frontends.caffe.store_opencv

Written by OpenCV 4.14.0. It needs nothing of the project.
"""

import tempfile
from pathlib import Path

import cv2
import numpy as np

from tests.frontends.caffe.cases import CASES
from tests.frontends.caffe.topologies import NARROW, TOPOLOGIES

STORED = Path(__file__).with_name("opencv.npz")


def outputs_of(net, wanted=None):
    """The blobs ``wanted``, or those at the ends, as OpenCV computes them."""
    with tempfile.TemporaryDirectory() as folder:
        path = net.save(folder)
        model = str(path) if path.suffix == ".caffemodel" else ""
        loaded = cv2.dnn.readNetFromCaffe(str(Path(folder) / "net.prototxt"), model)
        for name, array in net.feeds().items():
            loaded.setInput(array, name)
        loaded.enableFusion(False)
        if wanted is None:
            wanted = loaded.getUnconnectedOutLayersNames()
        # One by one: of several it gives memory that later layers write over.
        return {name: np.array(loaded.forward(name)) for name in wanted}


def sampled(array, count=24):
    """Some elements of a blob, always the same ones of a shape, and then the largest absolute value."""
    flat = np.asarray(array, np.float32).ravel()
    places = np.random.default_rng(flat.size).integers(0, flat.size, count)
    return np.append(flat[places], np.abs(flat).max())


def main():
    """Write the files."""
    topologies = {}
    for name, sizes in NARROW.items():
        builder = TOPOLOGIES[name](**sizes)
        layers = list(builder.writers.values())
        for blob, array in zip(builder.writers, outputs_of(builder.net(), layers).values(), strict=True):
            whole = name.startswith("faster") or blob == "detection_out"
            topologies[f"{name}/{blob}"] = array if whole and array.size < 4000 else sampled(array)
    np.savez_compressed(STORED.with_name("opencv_topologies.npz"), **topologies)
    stored = {}
    for case in CASES:
        if case.expected is None:
            for place, array in enumerate(outputs_of(case.net).values()):
                stored[f"{case.key}/{place}"] = np.asarray(array)
    np.savez_compressed(STORED, **stored)
    print(f"{len(stored)} arrays of cases, {len(topologies)} of topologies by OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
