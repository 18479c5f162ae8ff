"""Models of MXNet and TensorFlow beside their references.

    python -m benchmarks.frameworks                        max|error| / max|y| of each model, at most 1e-4, with a fixed
                                                           and a free batch and, where it allows, free rows and columns
    python -m benchmarks.frameworks --ir                   written as IR, and read and run by OpenVINO
    python -m benchmarks.frameworks --tensorflow PYTHON    an interpreter that has TensorFlow, for what has no reference

References are stored beside the models (DLDT_MODELS), made by MXNet and TensorFlow; `benchmarks.accuracy` shows these.
The exit code is 1 when a model fails or differs.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

import dldt
from benchmarks import sessions
from benchmarks.check import Check, show_all
from benchmarks.models import models_folder
from dldt.runtime import load

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
    signal: bool = False
    """Random inputs are normal, as sound is, and not between 0 and 1."""
    free: tuple[str, ...] = ("N",)
    """Its other forms: each with so many leading dims free, of these names."""

    @property
    def source(self) -> Path:
        """The file, which may be missing on this machine."""
        return models_folder() / self.file

    @property
    def framework(self) -> str:
        """Whose model it is."""
        return self.file.partition("/")[0]

    @property
    def name(self) -> str:
        """As the table shows it."""
        return self.file.partition("/")[2].partition(".")[0].removesuffix("-symbol")


MODELS = (
    *(
        Stored(f"mxnet/mtcnn/mtcnn{n}-symbol.json", f"mxnet/mtcnn/mtcnn{n}.npz", y=y)
        for n, y in ((1, ("y0", "y1")), (2, ("y0", "y1")), (3, ("y0", "y1", "y2")))
    ),
    *(
        Stored(f"mxnet/zoo_random/{n}-symbol.json", f"mxnet/zoo_random/{n}.npz")
        for n in ("mobilenet0_25", "squeezenet1_1")
    ),
    Stored("tf/fer/fer_minixception.pb", "tf/fer/fer_minixception.npz", "in0", ("out0",), free=("N", "NHW")),
    Stored("tf/random_topology/dped.pb", "tf/random_topology/dped.npz", free=("N", "NHW")),
    Stored("tf/basic_pitch/nmp", shape=(1, 43844, 1), signal=True),
    *(
        Stored(f"tf/human/{n}.pb", shape=(1, size, size, channels), free=free)
        for n, size, channels, free in (
            ("blazeface", 256, 3, ("N",)),
            ("emotion", 64, 1, ("N", "NHW")),
            ("facemesh", 192, 3, ("N",)),
            ("liveness", 32, 3, ("N",)),
        )
    ),
)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="TEXT", help="those whose names contain it")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    parser.add_argument("--ir", action="store_true", help="through IR that OpenVINO runs")
    parser.add_argument("--tensorflow", metavar="PYTHON", help="an interpreter that has TensorFlow")
    arguments = parser.parse_args()
    rows = [row for name in ("mxnet", "tf") for row in checks(name, arguments.target, arguments.tensorflow)]
    wanted = [row for row in rows if not arguments.models or any(text in row.name for text in arguments.models)]
    with tempfile.TemporaryDirectory() as folder:
        failed = show_all([row for row in wanted if arguments.ir == (row.form == "IR")], Path(folder))
    return int(failed > 0)


def checks(framework: str, target: str, tensorflow: str | None = None) -> Iterator[Check]:
    """The models of a framework in each form, for ``benchmarks.accuracy``."""
    for model in MODELS:
        if model.framework != framework:
            continue
        lacking = "" if model.source.exists() else f"not found ({model.source.name})"
        if not (model.reference or tensorflow):
            lacking = lacking or "it has no stored reference; give --tensorflow PYTHON"
        run = partial(_compared, model, target=target, tensorflow=tensorflow)
        yield Check(framework, model.name, "fixed", run, lacking)
        for free in model.free:
            yield Check(framework, model.name, f"free {free}", partial(run, free=free), lacking)
        yield Check(framework, model.name, "IR", partial(run, ir=True), lacking)


def _compared(
    model: Stored, folder: Path, target: str, ir: bool = False, tensorflow: str | None = None, free: str = ""
) -> tuple[float, str]:
    """max|error| / max|y|, and what was run."""
    if model.reference:
        with np.load(models_folder() / model.reference, allow_pickle=False) as stored:
            x, wanted = stored[model.x], [stored[key] for key in model.y]
        feeds = [x]
        graph = dldt.read_model(model.source, inputs=[(*free, *x.shape[len(free) :])])
    else:
        graph = dldt.read_model(model.source, inputs=[model.shape] if model.shape else None)
        feeds, wanted = _with_tensorflow(model, graph, str(tensorflow), folder)
        if free:
            graph = dldt.read_model(model.source, inputs=[(*free, *model.shape[len(free) :])])
    given = dict(zip([value.node.name for value in graph.inputs], feeds, strict=True))
    if ir:
        made = sessions.openvino_outputs(dldt.save_model(graph, folder / "model.xml"), given)
        return _worst(made, wanted), "OpenVINO runs the IR"
    artifact, summary = dldt.compile_model(graph, folder / "model.so", target=target)
    with load(artifact) as loaded:
        made = list(loaded.run(given).values())
    what = f"{summary.kernels} kernels, {summary.file_bytes / 2**20:.1f} MiB"
    return _worst(made, wanted), what


def _with_tensorflow(model: Stored, graph, python: str, folder: Path) -> tuple[list[Array], list[Array]]:
    """Random inputs, and what TensorFlow answers: in another process, whose interpreter has it."""
    rng = np.random.default_rng(0)
    draw = rng.standard_normal if model.signal else rng.random
    feeds = [draw(v.type.static_shape).astype(v.type.dtype.numpy) for v in graph.inputs]
    inputs, outputs = folder / "inputs.npz", folder / "outputs.npz"
    np.savez(inputs, **{v.node.name: x for v, x in zip(graph.inputs, feeds, strict=True)})
    script = Path(__file__).with_name("tensorflow_outputs.py")
    names = [node.name for node in graph.outputs]
    subprocess.run([python, script, model.source, inputs, outputs, *names], check=True)
    with np.load(outputs) as made:
        return feeds, [made[name] for name in names]


def _worst(made: list[Array], wanted: list[Array]) -> float:
    """The largest max|error| / max|y|; infinite where shapes differ."""
    worst = 0.0
    for a, b in zip(made, wanted, strict=True):
        if a.shape != b.shape:
            return float("inf")
        error = np.abs(a.astype(np.float64) - b).max() / max(np.abs(b).max(), 1e-30)
        worst = max(worst, float(error))
    return worst


if __name__ == "__main__":
    sys.exit(main())
