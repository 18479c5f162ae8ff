"""Makes ``model_references.npz``: what TensorFlow (2.21.0) gives for the real models of DLDT_MODELS on seeded inputs.

``DLDT_MODELS=… python make_model_references.py``; of each output every 17th element is stored.
"""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
ROOT = Path(os.environ["DLDT_MODELS"]) / "tf"
SHAPES = {
    "human/emotion.pb": (1, 64, 64, 1),
    "human/blazeface.pb": (1, 256, 256, 3),
    "human/facemesh.pb": (1, 192, 192, 3),
    "human/liveness.pb": (1, 32, 32, 3),
    "random_topology/dped.pb": (1, 32, 48, 3),
    "fer/fer_minixception.pb": (1, 64, 64, 1),
}
STEP = 17


def frozen(name, x):
    graph = v1.GraphDef.FromString((ROOT / name).read_bytes())
    (given,) = (node.name for node in graph.node if node.op == "Placeholder")
    read = {source.split(":")[0].lstrip("^") for node in graph.node for source in node.input}
    outputs = [n.name for n in graph.node if n.name not in read and n.op not in ("NoOp", "Const")]
    with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(graph, name="")
        made = session.run([f"{output}:0" for output in outputs], {f"{given}:0": x})
    return dict(zip(outputs, made, strict=True))


def basic_pitch(x):
    run = tf.saved_model.load(str(ROOT / "basic_pitch/nmp")).signatures["serving_default"]
    return {key: value.numpy() for key, value in run(input_2=tf.constant(x)).items()}


if __name__ == "__main__":
    content = {}
    for name, shape in SHAPES.items():
        x = np.random.default_rng(0).random(shape, np.float32)
        content |= {f"{name}:{key}": value.ravel()[::STEP] for key, value in frozen(name, x).items()}
    x = np.random.default_rng(0).random((1, 43844, 1), np.float32) - np.float32(0.5)
    content |= {f"basic_pitch/nmp:{key}": value.ravel()[::STEP] for key, value in basic_pitch(x).items()}
    np.savez_compressed(Path(__file__).with_name("model_references.npz"), **content)
