"""The smallest network of each family of ``keras.applications``: exported by TensorFlow, then compared with it.

    python -m benchmarks.keras_networks export DIR     with a Python that has TensorFlow and tf_keras
    python -m benchmarks.keras_networks compare DIR    with ours: errors, and the Transposes that are left

Weights are seeded, and the statistics of batch normalisations are those of random pictures, so that numbers neither
vanish nor grow. A network is a frozen graph; ``--saved`` exports SavedModels, too.
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


def export(folder: Path, names: list[str], *, saved: bool) -> None:
    """A frozen graph for each network, pictures and TensorFlow's answer."""
    import tensorflow as tf
    import tf_keras
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        size, arguments = NETWORKS[name]
        tf_keras.utils.set_random_seed(16)
        fields = {"weights": None, "input_shape": (size, size, 3), "classes": 10, **arguments}
        network = getattr(tf_keras.applications, name)(**fields)
        pictures = np.random.default_rng(16).uniform(0, 255, (2, size, size, 3)).astype(np.float32)
        for layer in network._flatten_layers(include_self=False):
            if isinstance(layer, tf_keras.layers.BatchNormalization):
                layer.momentum = 0.0
        network(pictures, training=True)
        function = tf.function(lambda x, network=network: network(x, training=False))
        concrete = function.get_concrete_function(tf.TensorSpec((None, size, size, 3), tf.float32, name="x"))
        frozen = convert_variables_to_constants_v2(concrete)
        (folder / f"{name}.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
        np.savez(folder / f"{name}.npz", x=pictures, y=network(pictures, training=False).numpy())
        if saved:
            tf.saved_model.save(network, str(folder / name))
        print(name, "exported", flush=True)


def compare(folder: Path, names: list[str]) -> None:
    """Print the error of each network's native code, and what Transposes the passes left."""
    from dldt.compiler.ops.core import Constant, Parameter
    from dldt.compiler.ops.transpose import Transpose
    from dldt.runtime.model import load
    from dldt.tools.api import compile_model, read_model, transform

    print(f"{'network':20} {'error':>9} {'Transposes':>10} {'inside':>7}  where")
    for name in names:
        path = folder / f"{name}.pb"
        if not path.is_file():
            continue
        with np.load(folder / f"{name}.npz") as stored:
            pictures, wanted = stored["x"], stored["y"]
        graph = read_model(path, inputs={"x": pictures.shape})
        seen = graph.copy()
        transform(seen)
        left = [node for node in seen.order() if isinstance(node.op, Transpose)]
        inside = [node for node in left if not isinstance(_source(node).op, Parameter | Constant) and not _ends(node)]
        library = compile_model(graph, folder / f"{name}.so")
        with load(library) as model:
            (got,) = model.run({"x": pictures}).values()
        error = np.abs(got - wanted).max() / np.abs(wanted).max()
        places = ", ".join(f"{_source(n).op.type}>{n.outputs[0].uses[0][0].op.type}" for n in inside[:4])
        print(f"{name:20} {error:9.1e} {len(left):10} {len(inside):7}  {places}", flush=True)


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
