"""Models of Caffe, MXNet, Kaldi, TensorFlow and TensorFlow Lite beside their references.

    python -m benchmarks.frameworks                        a table: max|error| / max|y| of each model, at most 1e-4
    python -m benchmarks.frameworks --free                 the same with the first dim of every input left free
    python -m benchmarks.frameworks --ir                   written as IR, and read and run by OpenVINO
    python -m benchmarks.frameworks --tensorflow PYTHON    an interpreter that has TensorFlow, for what has no reference

References are stored beside the models (DLDT_MODELS), made by Kaldi's and MXNet's own libraries, OpenCV and TensorFlow.
The exit code is 1 when a model fails or differs.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import dldt
from benchmarks import sessions
from benchmarks.models import models_folder
from dldt.runtime import load

LIMIT = 1e-4
Array = np.ndarray


@dataclasses.dataclass(frozen=True)
class Stored:
    """A model; ``reference``: the file with its input and outputs. In it ``x`` is the input's key, ``y`` those of the
    outputs, in the model's order. Without a file TensorFlow gives the answers for random inputs of ``shape``."""

    file: str
    reference: str = ""
    x: str = "x"
    y: tuple[str, ...] = ("y",)
    shape: tuple[int, ...] = ()
    boxes: bool = False

    @property
    def name(self) -> str:
        """As the table shows it."""
        return self.file.partition(".")[0]


CAFFE = "caffe/reference.npz"
MODELS = (
    Stored("caffe/mtcnn/det1.caffemodel", CAFFE, "mtcnn1/__in", ("mtcnn1/conv4-2", "mtcnn1/prob1")),
    Stored("caffe/mtcnn/det2.caffemodel", CAFFE, "mtcnn2/__in", ("mtcnn2/conv5-2", "mtcnn2/prob1")),
    Stored(
        "caffe/mtcnn/det3.caffemodel",
        CAFFE,
        "mtcnn3/__in",
        tuple(f"mtcnn3/{n}" for n in ("conv6-2", "conv6-3", "prob1")),
    ),
    Stored("caffe/lpr/HorizonalFinemapping.caffemodel", CAFFE, "lpr_fine/__in", ("lpr_fine/relu4",)),
    Stored("caffe/lpr/mininet_ssd_v1.caffemodel", CAFFE, "lpr_ssd/__in", ("lpr_ssd/detection_out",), boxes=True),
    *(
        Stored(f"mxnet/mtcnn/mtcnn{n}-symbol.json", f"mxnet/mtcnn/mtcnn{n}.npz", y=y)
        for n, y in ((1, ("y0", "y1")), (2, ("y0", "y1")), (3, ("y0", "y1", "y2")))
    ),
    *(
        Stored(f"mxnet/zoo_random/{n}-symbol.json", f"mxnet/zoo_random/{n}.npz")
        for n in ("mobilenet0_25", "squeezenet1_1")
    ),
    *(
        Stored(f"kaldi/generated_nnet3/{n}.raw", f"kaldi/generated_nnet3/{n}.npz")
        for n in ("cnn2", "lstm", "s0", "s1", "s2", "tdnn")
    ),
    Stored("kaldi/nnet1_random.nnet", "kaldi/nnet1_random.npz"),
    Stored("tf/fer/fer_minixception.pb", "tf/fer/fer_minixception.npz", "in0", ("out0",)),
    Stored("tf/random_topology/dped.pb", "tf/random_topology/dped.npz"),
    Stored("tf/basic_pitch/nmp", shape=(1, 43844, 1)),
    *(
        Stored(f"tf/human/{n}.pb", shape=(1, size, size, channels))
        for n, size, channels in (("blazeface", 256, 3), ("emotion", 64, 1), ("facemesh", 192, 3), ("liveness", 32, 3))
    ),
    *(
        Stored(f"tflite/mediapipe/{n}.tflite")
        for n in ("face_landmark", "hand_landmark_lite", "face_detection_full_range_sparse")
    ),
)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="TEXT", help="those whose names contain it")
    parser.add_argument("--free", action="store_true", help="the first dim of every input is free")
    parser.add_argument("--ir", action="store_true", help="through IR that OpenVINO runs")
    parser.add_argument("--tensorflow", metavar="PYTHON", help="an interpreter that has TensorFlow")
    arguments = parser.parse_args()
    wanted = [m for m in MODELS if not arguments.models or any(text in m.name for text in arguments.models)]
    compared = failed = 0
    left = []
    with tempfile.TemporaryDirectory() as folder:
        for model in wanted:
            if not (models_folder() / model.file).exists():
                left.append(f"{model.name}: not found below {models_folder()}")
            elif not model.reference and not arguments.tensorflow:
                left.append(f"{model.name}: it has no stored reference, and --tensorflow is not given")
            else:
                compared += 1
                failed += not _row(model, arguments, Path(folder))
    print("\n".join(left))
    print(f"{compared} models compared, {len(left)} not, {failed} failed (limit {LIMIT:g} of max|y|)")
    return int(failed > 0)


def _row(model: Stored, arguments: argparse.Namespace, folder: Path) -> bool:
    start = time.perf_counter()
    try:
        error, what = _error(model, arguments, folder)
    except Exception as problem:
        print(
            f"{model.name:<52}{'FAILED':>10}  {type(problem).__name__}: {str(problem).splitlines()[0][:150]}",
            flush=True,
        )
        return False
    good = error <= LIMIT
    took = time.perf_counter() - start
    print(f"{model.name:<52}{error:>10.1e}{took:>8.1f} s  {'' if good else 'DIFFERS  '}{what}", flush=True)
    return good


def _error(model: Stored, arguments: argparse.Namespace, folder: Path) -> tuple[float, str]:
    path = models_folder() / model.file
    if model.reference:
        with np.load(models_folder() / model.reference, allow_pickle=False) as stored:
            x, wanted = stored[model.x], [stored[key] for key in model.y]
        fixed = model.file.startswith(("mxnet", "tf"))
        free = ("N", *x.shape[1:]) if arguments.free else x.shape
        graph = dldt.read_model(
            path, inputs=[free] if fixed or (arguments.free and "kaldi" not in model.file) else None
        )
        feeds = [x]
    else:
        graph = dldt.read_model(path, inputs=[model.shape] if model.shape else None)
        feeds, wanted = _with_tensorflow(model, graph, arguments.tensorflow, folder)
    names = [value.node.name for value in graph.inputs]
    given = dict(zip(names, feeds, strict=True))
    if arguments.ir:
        made = sessions.openvino_outputs(dldt.save_model(graph, folder / "model.xml"), given)
        return _worst(made, wanted, model), "OpenVINO runs the IR"
    artifact, summary = dldt.compile_model(graph, folder / "model.so")
    with load(artifact) as loaded:
        made = list(loaded.run(given).values())
    return _worst(made, wanted, model), f"{summary.kernels} kernels, {summary.file_bytes / 2**20:.1f} MiB"


def _with_tensorflow(model: Stored, graph, python: str, folder: Path) -> tuple[list[Array], list[Array]]:
    """Random inputs, and what TensorFlow answers: in another process, whose interpreter has it."""
    rng = np.random.default_rng(0)
    feeds = [rng.random(v.type.static_shape).astype(v.type.dtype.numpy) for v in graph.inputs]
    inputs, outputs = folder / "inputs.npz", folder / "outputs.npz"
    np.savez(inputs, **{v.node.name: x for v, x in zip(graph.inputs, feeds, strict=True)})
    script = Path(__file__).with_name("tensorflow_outputs.py")
    names = [node.name for node in graph.outputs]
    subprocess.run([python, script, models_folder() / model.file, inputs, outputs, *names], check=True)
    with np.load(outputs) as made:
        return feeds, [made[name] for name in names]


def _worst(made: list[Array], wanted: list[Array], model: Stored) -> float:
    """The largest max|error| / max|y|; boxes are sorted, because equal scores leave their order open."""
    worst = 0.0
    for a, b in zip(made, wanted, strict=True):
        if a.shape != b.shape:
            return float("inf")
        a, b = a.astype(np.float64), b.astype(np.float64)
        if model.boxes:
            a, b = (_sorted(part.reshape(-1, part.shape[-1])) for part in (a, b))
        worst = max(worst, float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30)))
    return worst


def _sorted(rows: Array) -> Array:
    return rows[np.lexsort((*rows.T[3:].round(3), -rows[:, 2].round(4), rows[:, 1]))]


if __name__ == "__main__":
    sys.exit(main())
