"""Networks of ``keras.applications`` as files in each form, beside what TensorFlow and TensorFlow Lite make of them.

An interpreter runs it that has TensorFlow, and tf_keras for the networks that Keras 3 left out. Weights are seeded, and
those of one dim (biases, scales of normalisations and of branches) are drawn anew, because zeros and ones would hide
where they belong; the statistics of batch normalisations are those of random pictures, so that numbers neither vanish
nor grow.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

LITE_FORMS = ("float", "dynamic", "int8")
"""How TensorFlow Lite's models are made: of floats, with weights of bytes, all of bytes."""


def export(folder: Path, name: str, size: int, arguments: dict[str, Any]) -> None:
    """A network's files, pictures and answers."""
    import tensorflow as tf

    keras = _keras(tf, name)
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(16)
    fields = {"weights": None, "classes": 10, "classifier_activation": None, **arguments}
    network = _built(keras, name, size, fields)
    pictures, more = _pictures(2, size), _pictures(32, size)
    _enliven(keras, network, more)
    function = tf.function(lambda x: network(x, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((None, size, size, 3), tf.float32, name="x"))
    frozen = _frozen(concrete)
    (folder / f"{name}.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
    shutil.rmtree(folder / name, ignore_errors=True)
    holder = tf.Module()
    holder.network = network
    tf.saved_model.save(holder, str(folder / name), signatures={"serving_default": concrete})
    network.save(folder / f"{name}.keras")
    exact = _in_doubles(keras, name, size, fields, network.get_weights(), pictures)
    np.savez(folder / f"{name}.npz", x=pictures, y=np.asarray(network(pictures, training=False)), exact=exact)
    for form in LITE_FORMS:
        _lite(tf, frozen, folder / f"{name}-{form}.tflite", form, pictures, more)


def _keras(tf: Any, name: str) -> Any:
    """The Keras that has the network: TensorFlow's, or the one before it."""
    if hasattr(tf.keras.applications, name):
        return tf.keras
    import tf_keras

    return tf_keras


def _built(keras: Any, name: str, size: int, fields: dict[str, Any]) -> Any:
    given = keras.Input((size, size, 3), name="x", dtype=keras.backend.floatx())
    return getattr(keras.applications, name)(input_tensor=given, **fields)


def _enliven(keras: Any, network: Any, pictures: Any) -> None:
    random = np.random.default_rng(16)
    for layer in network._flatten_layers(include_self=False):
        for weight in layer.trainable_weights:
            words = weight.name.partition(":")[0].rpartition("/")[2]
            if words in ("gamma", "beta", "bias") and len(weight.shape) == 1:
                low, high = (0.5, 1.5) if words == "gamma" else (-0.3, 0.3)
                weight.assign(random.uniform(low, high, weight.shape).astype(np.float32))
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    network(pictures, training=True)


def _frozen(concrete: Any) -> Any:
    """The function with constants in the place of variables."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    return convert_variables_to_constants_v2(concrete)


def _in_doubles(keras: Any, name: str, size: int, fields: dict[str, Any], weights: Any, pictures: Any) -> Any:
    """The answer of the same network that computes in f64."""
    _compute_in(keras, "float64")
    precise = _built(keras, name, size, fields)
    precise.set_weights(weights)
    exact = np.asarray(precise(pictures.astype(np.float64), training=False))
    _compute_in(keras, "float32")
    return exact


def _compute_in(keras: Any, name: str) -> None:
    keras.backend.set_floatx(name)
    keras.mixed_precision.set_global_policy(name)


def _lite(tf: Any, frozen: Any, path: Path, form: str, pictures: Any, more: Any) -> None:
    """A network as a model of TensorFlow Lite, and what its reference kernels make of the first picture."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if form != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form == "int8":
        converter.representative_dataset = lambda: ([picture[None]] for picture in more[:16])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
    kernels = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_path=str(path), experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    data = _as_given(pictures[:1], *given["quantization"])
    interpreter.set_tensor(given["index"], data)
    interpreter.invoke()
    np.savez(path.with_suffix(".npz"), x=data, y=interpreter.get_tensor(answer["index"]))


def _as_given(pictures: Any, scale: float, zero: int) -> Any:
    """Pictures as an input takes them: bytes where it has a scale."""
    return pictures if not scale else np.clip(np.rint(pictures / scale) + zero, -128, 127).astype(np.int8)


def _pictures(count: int, size: int) -> Any:
    """Pictures of large patches, each of a brightness and contrast of its own."""
    random = np.random.default_rng(count)
    patches = random.uniform(0, 1, (count, 8, 8, 3)) * random.uniform(0.2, 1, (count, 1, 1, 1))
    places = np.arange(size) * 8 // size
    return (255 * patches[:, places][:, :, places]).astype(np.float32)
