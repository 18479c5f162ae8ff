"""Makes the files beside it: small detection networks, frozen with the frames of TensorFlow 1 and as SavedModels with
functions, and what TensorFlow (2.21.0) computes for pictures of two sizes: ``python make_cases.py [name …]``.

A case is a .npz: ``file:…`` are the files of the model, ``given`` the name of its input, ``out0:…`` the outputs for the
first of ``pictures.npz``, which all cases share; ``out2:…`` those for a part of it with ``square`` rows and columns.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from darknet import DARKNET
from networks import NETWORKS
from parts import filtered_nms, padded_nms, v1

FOLDER = Path(__file__).parent
SIZES = ((48, 64), (80, 56))
SQUARES = {"ssd": 48, "faster_rcnn": 40, "mask_rcnn": 40, "rfcn": 40}
"""Of a third run: pictures that need no resize, so that networks without one give the same."""


def pictures(count):
    """For each size so many, rather smooth ones, so that a resize is no noise."""
    with np.load(FOLDER / "pictures.npz") as content:
        return [content[key][:count] for key in sorted(content.files)]


def draw():
    """Makes the pictures."""
    made = {}
    for number, (height, width) in enumerate(SIZES):
        coarse = np.random.default_rng(number).integers(0, 256, (2, 12, 12, 3)).astype(np.float32)
        made[f"{number}"] = np.rint(tf.image.resize(coarse, [height, width]).numpy()).astype(np.uint8)
    np.savez_compressed(FOLDER / "pictures.npz", **made)


def frozen(network, runs, dtype):
    """With the frames of TensorFlow 1."""
    v1.disable_control_flow_v2()
    try:
        with v1.Graph().as_default() as graph, v1.Session() as session:
            given = v1.placeholder(dtype, [None, None, None, 3], "image_tensor")
            outputs = network(given)
            made = [session.run(outputs, {given: run}) for run in runs]
            definition = v1.graph_util.extract_sub_graph(graph.as_graph_def(), list(outputs))
            return {"graph.pb": definition.SerializeToString()}, made
    finally:
        v1.enable_control_flow_v2()


def saved(network, runs, dtype):
    """As TensorFlow 2 saves a function."""
    spec = tf.TensorSpec([None, None, None, 3], dtype, "input_tensor")
    function = tf.function(lambda input_tensor: network(input_tensor), input_signature=[spec])
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(tf.Module(), folder, signatures=function)
        run = tf.saved_model.load(folder).signatures["serving_default"]
        made = [{k: v.numpy() for k, v in run(input_tensor=tf.constant(x)).items()} for x in runs]
        return {"saved_model.pb": (Path(folder) / "saved_model.pb").read_bytes()}, made


def store(name, files, given, made, square=None):
    content = {f"file:{path}": np.frombuffer(data, np.uint8) for path, data in files.items()}
    content |= {"given": np.array(given), **({"square": np.array(square)} if square else {})}
    for i, outputs in enumerate(made):
        content |= {f"out{i}:{key}": np.asarray(value) for key, value in outputs.items()}
    np.savez_compressed(FOLDER / f"{name}.npz", **content)
    found = [f"{k}{np.shape(v)}" for k, v in made[0].items()]
    counts = [np.asarray(o[k]).tolist() for o in made for k in ("num_detections", "count") if k in o]
    print(name, *found, counts, (FOLDER / f"{name}.npz").stat().st_size)


def main(wanted):
    if not wanted:
        draw()
    for name, network in NETWORKS.items():
        runs = pictures(2)
        square = SQUARES.get(name)
        runs += [runs[1][:, 16 : 16 + square, 8 : 8 + square]] if square else []
        for form, make, nms in (("v1", frozen, filtered_nms), ("v2", saved, padded_nms)):
            if not wanted or f"{name}_{form}" in wanted or name in wanted:
                files, made = make(lambda x, network=network, nms=nms: network(x, nms), runs, tf.uint8)
                store(f"{name}_{form}", files, "image_tensor" if form == "v1" else "input_tensor", made, square)
    for name, network in DARKNET.items():
        if not wanted or name in wanted:
            runs = [x.astype(np.float32) for x in pictures(1)]
            files, made = frozen(network, runs, tf.float32)
            store(name, files, "image_tensor", made)


if __name__ == "__main__":
    main(sys.argv[1:])
