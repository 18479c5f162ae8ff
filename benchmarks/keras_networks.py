"""The smallest network of each family of ``keras.applications``: exported by TensorFlow, then compared with it.

    python -m benchmarks.keras_networks export DIR     with a Python that has TensorFlow and tf_keras
    python -m benchmarks.keras_networks compare DIR    with ours: errors, and the Transposes that are left

Weights are seeded, and the statistics of batch normalisations are those of random pictures, so that numbers neither
vanish nor grow. A network is a frozen graph, and of TensorFlow Lite in floats, with weights of bytes, and all of bytes;
``--saved`` exports SavedModels, too. Printed are the difference from TensorFlow's answer in f32, and the errors of
both, measured by its answer in f64. What TensorFlow Lite's models give is compared with its reference kernels: floats
in parts of the largest, bytes in units.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

NETWORKS: dict[str, tuple[int, dict[str, Any]]] = {
    "MobileNet": (96, {"alpha": 0.25}),
    "MobileNetV2": (96, {"alpha": 0.35}),
    "MobileNetV3Small": (96, {"alpha": 0.75, "minimalistic": False}),
    "EfficientNetB0": (64, {}),
    "EfficientNetV2B0": (64, {}),
    "DenseNet121": (64, {}),
    "ResNet50": (64, {}),
    "ResNet50V2": (64, {}),
    "ResNetRS50": (64, {}),
    "RegNetX002": (64, {}),
    "RegNetY002": (64, {}),
    "NASNetMobile": (64, {}),
    "Xception": (71, {}),
    "InceptionV3": (75, {}),
    "InceptionResNetV2": (75, {}),
    "ConvNeXtTiny": (64, {}),
    "VGG16": (32, {"include_top": False, "pooling": "avg"}),
    "VGG19": (32, {"include_top": False, "pooling": "avg"}),
}
"""Family's smallest member: the size of pictures, and arguments."""

FORMS = ("float", "dynamic", "int8")
"""How TensorFlow Lite's models are made: of floats, with weights of bytes, all of bytes."""


def export(folder: Path, names: list[str], *, saved: bool) -> None:
    """A frozen graph for each network, pictures and TensorFlow's answer."""
    import tensorflow as tf
    import tf_keras
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        size, arguments = NETWORKS[name]
        tf_keras.utils.set_random_seed(16)
        top = {} if "include_top" in arguments else {"classes": 10, "classifier_activation": None}
        fields = {"weights": None, "input_shape": (size, size, 3), **top, **arguments}
        network = getattr(tf_keras.applications, name)(**fields)
        pictures, more = _pictures(2, size), _pictures(32, size)
        for layer in network._flatten_layers(include_self=False):
            if isinstance(layer, tf_keras.layers.BatchNormalization):
                layer.momentum = 0.0
        network(more, training=True)
        function = tf.function(lambda x, network=network: network(x, training=False))
        concrete = function.get_concrete_function(tf.TensorSpec((None, size, size, 3), tf.float32, name="x"))
        frozen = convert_variables_to_constants_v2(concrete)
        (folder / f"{name}.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
        tf_keras.backend.set_floatx("float64")
        precise = getattr(tf_keras.applications, name)(**fields)
        precise.set_weights(network.get_weights())
        exact = precise(pictures.astype(np.float64), training=False).numpy()
        tf_keras.backend.set_floatx("float32")
        np.savez(folder / f"{name}.npz", x=pictures, y=network(pictures, training=False).numpy(), exact=exact)
        for form in FORMS:
            _lite(tf, concrete, folder / f"{name}-{form}.tflite", form, pictures, more)
        if saved:
            tf.saved_model.save(network, str(folder / name))
        print(name, "exported", flush=True)


def _lite(tf: Any, concrete: Any, path: Path, form: str, pictures: Any, more: Any) -> None:
    """A network as a model of TensorFlow Lite, and what its reference kernels make of the first picture."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
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
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    data = _as_given(pictures[:1], *given["quantization"])
    interpreter.set_tensor(given["index"], data)
    interpreter.invoke()
    np.savez(path.with_suffix(".npz"), x=data, y=interpreter.get_tensor(made["index"]))


def _as_given(pictures: Any, scale: float, zero: int) -> Any:
    """Pictures as an input takes them: bytes where it has a scale."""
    return pictures if not scale else np.clip(np.rint(pictures / scale) + zero, -128, 127).astype(np.int8)


def compare(folder: Path, names: list[str]) -> None:
    """Print the error of each network's native code, and what Transposes the passes left."""
    from dldt.compiler.ops.core import Constant, Parameter
    from dldt.compiler.ops.transpose import Transpose
    from dldt.runtime.model import load
    from dldt.tools.api import compile_model, read_model, transform

    print(f"{'network':20} {'difference':>10} {'error':>8} {'of theirs':>9} {'Transposes':>10} {'inside':>7}  where")
    for name in names:
        path = folder / f"{name}.pb"
        if not path.is_file():
            continue
        with np.load(folder / f"{name}.npz") as stored:
            pictures, wanted, exact = stored["x"], stored["y"], stored["exact"]
        graph = read_model(path, inputs={"x": pictures.shape})
        seen = graph.copy()
        transform(seen)
        left = [node for node in seen.order() if isinstance(node.op, Transpose)]
        inside = [node for node in left if not isinstance(_source(node).op, Parameter | Constant) and not _ends(node)]
        library = compile_model(graph, folder / f"{name}.so")
        with load(library) as model:
            (got,) = model.run({"x": pictures}).values()
        scale = np.abs(exact).max()
        off, error, theirs = (np.abs(a - b).max() / scale for a, b in ((got, wanted), (got, exact), (wanted, exact)))
        places = ", ".join(f"{_source(n).op.type}>{n.outputs[0].uses[0][0].op.type}" for n in inside[:4])
        print(f"{name:20} {off:10.1e} {error:8.1e} {theirs:9.1e} {len(left):10} {len(inside):7}  {places}", flush=True)


def _pictures(count: int, size: int) -> Any:
    """Pictures of large patches, each of a brightness and contrast of its own."""
    random = np.random.default_rng(count)
    patches = random.uniform(0, 1, (count, 8, 8, 3)) * random.uniform(0.2, 1, (count, 1, 1, 1))
    places = np.arange(size) * 8 // size
    return (255 * patches[:, places][:, :, places]).astype(np.float32)


def _source(node: Any) -> Any:
    """What the node reads."""
    return node.inputs[0]


def _ends(node: Any) -> bool:
    """Whether an output of the network reads the node."""
    return any(user.op.type == "Result" for user, _ in node.outputs[0].uses)


def main(argv: list[str]) -> int:
    """Export or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("export", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    parser.add_argument("--saved", action="store_true", help="export SavedModels, too")
    given = parser.parse_args(argv)
    unknown = [name for name in given.names if name not in NETWORKS]
    if unknown:
        parser.error(f"{unknown[0]!r} is not one of {', '.join(NETWORKS)}")
    if given.what == "export":
        export(given.folder, given.names, saved=given.saved)
    else:
        compare(given.folder, given.names)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
