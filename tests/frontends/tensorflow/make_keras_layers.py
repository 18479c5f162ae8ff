"""Writes keras_layers.tar.xz: each layer of Keras (keras 3.15.1; tf_keras 2.21.0 for what it dropped) as a model of one
layer, saved as .keras and exported by what reads such files, and as a SavedModel where it cannot be saved so; what
TensorFlow 2.21.0 answers.

python -m tests.frontends.tensorflow.make_keras_layers [LAYER …]
"""

import io
import os
import sys
import tarfile
import tempfile
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import keras
import numpy as np
import tensorflow as tf
import tf_keras

from dldt.frontends.tensorflow import keras_export
from tests.frontends.tensorflow.keras_layers import LAYERS

FILE = Path(__file__).with_name("keras_layers.tar.xz")
OLD = ("DenseFeatures", "LocallyConnected1D", "LocallyConnected2D", "ThresholdedReLU")
"""Layers that Keras 3 has no more."""
BATCH = 2


def made(package, value):
    """Attributes, in which a layer is a pair of its name and attributes."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        return getattr(package.layers, value[0])(**value[1])
    return [made(package, item) for item in value] if isinstance(value, list) else value


def layer(package, name, given):
    fields = {key: made(package, value) for key, value in given.items()}
    if name == "DenseFeatures":
        return package.layers.DenseFeatures([tf.feature_column.numeric_column("x", shape=(3,))])
    if name == "Lambda":
        return package.layers.Lambda(lambda x: x * 2 + 1, output_shape=(6,))
    found = getattr(package.layers, name)(**fields)
    return package.layers.RNN(found, return_sequences=True) if "Cell" in name else found


def model(package, name, shapes, given):
    kind = "int32" if name == "Embedding" else "float32"
    inputs = [package.Input(shape, dtype=kind, name=f"x{i}") for i, shape in enumerate(shapes)]
    own = layer(package, name, given)
    handed = {"x": inputs[0]} if name == "DenseFeatures" else inputs if len(inputs) > 1 else inputs[0]
    network = package.Model(inputs, own(handed))
    random = np.random.default_rng(7)
    weights = [random.uniform(0.1, 1, w.shape) if w.size else w for w in network.get_weights()]
    network.set_weights([(w - (0.5 if w.ndim > 1 else 0)).astype(np.float32) for w in weights])
    return network, inputs


def export(package, network, inputs, name, folder):
    """As .keras, and what reads it; Lambda and old layers as a SavedModel."""
    if name in OLD or name == "Lambda":
        specs = [tf.TensorSpec((None, *x.shape[1:]), x.dtype, f"x{i}") for i, x in enumerate(inputs)]
        call = tf.function(lambda *x: network(list(x) if len(x) > 1 else x[0], training=False), input_signature=specs)
        holder = tf.Module()
        holder.model = network
        tf.saved_model.save(holder, str(folder), signatures=call)
        return
    path = folder.with_suffix(".keras")
    network.save(path)
    keras_export.main(str(path), str(folder))


def main(wanted):
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(FILE, "w:xz", preset=9) as archive:
        for name, (shapes, *cases) in LAYERS.items():
            for number, given in enumerate(cases):
                if wanted and name not in wanted:
                    continue
                keras.utils.set_random_seed(5)
                package = tf_keras if name in OLD else keras
                try:
                    network, inputs = model(package, name, shapes, given)
                    folder = Path(scratch) / f"{name}-{number}"
                    export(package, network, inputs, name, folder)
                except Exception as error:
                    sys.stderr.write(f"{name} {given}: {str(error)[:300]}\n")
                    continue
                random = np.random.default_rng(number)
                data = [random.normal(0, 1, (BATCH, *shape)).astype(np.float32) for shape in shapes]
                if name == "Embedding":
                    data = [random.integers(0, 10, (BATCH, *shapes[0])).astype(np.int32)]
                if name == "Masking":
                    data[0][0, 2] = 0
                answer = np.asarray(network(data if len(data) > 1 else data[0], training=False))
                content = io.BytesIO()
                np.savez(content, answer=answer, **{f"x{i}": array for i, array in enumerate(data)})
                for file in ("saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"):
                    put(archive, f"{folder.name}/{file}", (folder / file).read_bytes())
                put(archive, f"{folder.name}.npz", content.getvalue())
    sys.stdout.write(f"{FILE.stat().st_size} bytes\n")


def put(archive, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


if __name__ == "__main__":
    main(sys.argv[1:])
