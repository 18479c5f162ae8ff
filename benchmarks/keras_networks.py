"""The smallest network of each family of ``keras.applications``, in each form, compared with TensorFlow.

    python -m benchmarks.keras_networks export DIR     with a Python that has TensorFlow and tf_keras
    python -m benchmarks.keras_networks compare DIR    with ours: errors, and the Transposes that are left

Forms are a frozen graph, a SavedModel, a .keras file (read where TensorFlow is installed), and TensorFlow Lite's models
of floats, with weights of bytes, and all of bytes. Printed are the difference from TensorFlow's answer in f32, and the
errors of both, measured by its answer in f64. What TensorFlow Lite's models give is compared with its reference
kernels: floats in parts of the largest, bytes in units.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.keras_export import LITE_FORMS, export

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
    "VGG16": (32, {}),
    "VGG19": (32, {}),
}
"""Family's smallest member: the size of pictures, and arguments."""

FORMS = {"pb": ".pb", "saved": "", "keras": ".keras", **{form: f"-{form}.tflite" for form in LITE_FORMS}}
"""What follows the network's name in each form; a SavedModel is a folder of this name."""


def compare(path: Path) -> str:
    """A row: the error of the network's native code, and what Transposes the passes left."""
    from dldt.compiler.ops.core import Constant, Parameter
    from dldt.compiler.ops.transpose import Transpose
    from dldt.runtime.model import load
    from dldt.tools.api import compile_model, read_model, transform

    with np.load(path.with_suffix(".npz")) as stored:
        pictures, wanted = stored["x"], stored["y"]
    with np.load(path.with_name(f"{path.stem.partition('-')[0]}.npz")) as stored:
        exact = stored["exact"][: len(pictures)] if wanted.dtype.kind == "f" else wanted
    started = time.monotonic()
    graph = read_model(path, inputs={"x": pictures.shape})
    seen = graph.copy()
    transform(seen)
    left = [node for node in seen.order() if isinstance(node.op, Transpose)]
    inside = [node for node in left if not isinstance(_source(node).op, Parameter | Constant) and not _ends(node)]
    library, _ = compile_model(graph, path.with_suffix(".so"))
    seconds = time.monotonic() - started
    with load(library) as model:
        (got,) = model.run({"x": pictures}).values()
    library.unlink()
    scale = np.abs(exact).max() if wanted.dtype.kind == "f" else 1
    pairs = ((got, wanted), (got, exact), (wanted, exact))
    off, error, theirs = (np.abs(a.astype(np.float64) - b).max() / scale for a, b in pairs)
    places = ", ".join(f"{_source(n).op.type}>{n.outputs[0].uses[0][0].op.type}" for n in inside[:4])
    form = path.suffix[1:] or "SavedModel"
    name = f"| {path.stem:24} | {form:10} | {off:8.1e} | {error:8.1e} | {theirs:8.1e}"
    return f"{name} | {len(left):4} | {len(inside):4} | {seconds:4.0f} | {places}"


HEAD = f"""| {"network":24} | {"form":10} | differs | error | theirs | Transposes | inside | seconds | where
|---|---|---|---|---|---|---|---|---"""


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
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS), help="compare these alone")
    given = parser.parse_args(argv)
    unknown = [name for name in given.names if name not in NETWORKS]
    if unknown:
        parser.error(f"{unknown[0]!r} is not one of {', '.join(NETWORKS)}")
    if given.what == "export":
        for name in given.names:
            export(given.folder, name, *NETWORKS[name])
            print(name, "exported", flush=True)
        return 0
    print(HEAD)
    for path in [given.folder / f"{name}{FORMS[form]}" for name in given.names for form in given.forms]:
        if path.suffix == ".keras" and importlib.util.find_spec("tensorflow") is None:
            continue
        if path.exists():
            print(compare(path), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
