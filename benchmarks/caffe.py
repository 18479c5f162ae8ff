"""Caffe models: the real ones against stored answers, the known topologies at full size against OpenCV and OpenVINO.

    python -m benchmarks.caffe                          latency beside OpenCV's dnn and OpenVINO, after a comparison
    python -m benchmarks.caffe --models alexnet --rounds 10 --threads 2
    python -m benchmarks.caffe --blobs                  every blob that OpenCV has is compared, not only the outputs

OpenCV's importer of Caffe is in ``opencv-python-headless<5``; without it there are no rows of OpenCV. Weights are
seeded and random. OpenVINO reads our IR. Rounds are interleaved; the figures are medians. The real models are rows of
``python -m benchmarks.accuracy``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import attrs
import numpy as np

import dldt
from benchmarks import sessions
from benchmarks.check import LIMIT, Check
from benchmarks.models import models_folder
from dldt import runtime
from dldt.tools.api import transform
from tests.frontends.caffe.topologies import TOPOLOGIES

Array = np.ndarray
BATCH = 3


@attrs.frozen
class CaffeModel:
    """A real model, the blobs of its reference, and what they are called here where that differs."""

    name: str
    file: str
    renamed: dict[str, str] = attrs.field(factory=dict)

    @property
    def source(self) -> Path:
        return models_folder() / "caffe" / f"{self.file}.caffemodel"

    def reference(self) -> tuple[Array, dict[str, Array]]:
        """The input, and the outputs by their names here."""
        stored = np.load(models_folder() / "caffe" / "reference.npz")
        found = {key.partition("/")[2]: stored[key] for key in stored.files if key.startswith(f"{self.name}/")}
        return found.pop("__in"), {self.renamed.get(blob, blob): array for blob, array in found.items()}


MODELS = (
    *(CaffeModel(f"mtcnn{number}", f"mtcnn/det{number}") for number in (1, 2, 3)),
    CaffeModel("lpr_fine", "lpr/HorizonalFinemapping", {"relu4": "dense"}),
    CaffeModel("lpr_ssd", "lpr/mininet_ssd_v1"),
)


def checks(target: str) -> Iterator[Check]:
    """The real models in each form, for ``benchmarks.accuracy``."""
    for model in MODELS:
        lacking = "" if model.source.is_file() else f"not found ({model.source.name})"
        forms = {
            "fixed": partial(directly, model, target=target, batch=None),
            "free N": partial(directly, model, target=target, batch=BATCH),
            "IR": partial(through_ir, model),
            "IR free N": partial(through_ir, model, batch=BATCH),
        }
        for form, run in forms.items():
            yield Check("caffe", model.name, form, run, lacking)


def directly(model: CaffeModel, folder: Path, target: str, batch: int | None) -> tuple[float, str]:
    """Compiled for the declared shape, or for a free batch and run with several pictures; against the reference."""
    data, wanted = model.reference()
    shapes = None if batch is None else {"data": ("N", *data.shape[1:])}
    graph = dldt.read_model(model.source, inputs=shapes)
    artifact, summary = dldt.compile_model(graph, folder / f"{model.name}.so", target=target)
    feed = data if batch is None else np.concatenate([data] * batch)
    with runtime.load(artifact) as loaded:
        found = loaded.run({"data": feed})
    artifact.unlink()
    what = f"{summary.kernels} kernels" if batch is None else f"a free batch, run with {batch} pictures"
    return max(difference(found[blob], array, batch or 1) for blob, array in wanted.items()), what


def through_ir(model: CaffeModel, folder: Path, batch: int | None = None) -> tuple[float, str]:
    """OpenVINO's answers from the IR of the model, against the reference."""
    data, wanted = model.reference()
    graph = dldt.read_model(model.source, inputs=None if batch is None else {"data": ("N", *data.shape[1:])})
    names = [node.name for node in graph.outputs]
    transform(graph)
    xml = dldt.save_model(graph, folder / f"{model.name}.xml")
    feed = data if batch is None else np.concatenate([data] * batch)
    found = dict(zip(names, sessions.openvino_outputs(xml, {"data": feed}), strict=True))
    return max(difference(found[blob], array, batch or 1) for blob, array in wanted.items()), "OpenVINO runs the IR"


def difference(found: Array, wanted: Array, batch: int) -> float:
    """max|a - b| / max|b| of each picture; of detections the largest distance of a box and its nearest one."""
    if _detections(wanted):
        rows = found.reshape(-1, 7)
        parts = [rows[(rows[:, 0] == number) & (rows[:, 2] > 0)] for number in range(batch)]
        boxes = wanted.reshape(-1, 7)
        boxes = boxes[boxes[:, 2] > 0]
        return max(_apart(part[:, 1:], boxes[:, 1:]) for part in parts)
    parts = np.split(found, batch)
    if any(part.shape != wanted.shape for part in parts):
        return float("inf")
    return max(float(np.abs(part - wanted).max() / np.abs(wanted).max()) for part in parts)


def _detections(array: Array) -> bool:
    return array.ndim == 4 and array.shape[:2] == (1, 1) and array.shape[-1] == 7


def _apart(found: Array, wanted: Array) -> float:
    if len(found) != len(wanted):
        return float("inf")
    distances = np.abs(found[:, None] - wanted[None]).max(2)
    return float(max(distances.min(0).max(), distances.min(1).max()))


def main(words: list[str]) -> int:
    """Compare and time; the exit code is 1 where an answer differs."""
    parser = argparse.ArgumentParser("python -m benchmarks.caffe", description=__doc__.split("\n\n")[0])
    parser.add_argument("--models", nargs="*", default=list(TOPOLOGIES), metavar="NAME", help=", ".join(TOPOLOGIES))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--blobs", action="store_true", help="compare every blob with OpenCV's, layer by layer")
    given = parser.parse_args(words)
    print(f"{'model':<20}{'blobs':>6}{'error':>9}{'dldt ms':>10}{'OpenCV':>9}{'OpenVINO':>10}   times dldt's latency")
    failed = 0
    for name in given.models:
        with tempfile.TemporaryDirectory() as folder:
            failed += not _row(name, Path(folder), given.threads, given.rounds, blobs=given.blobs)
    return int(failed > 0)


def _row(name: str, folder: Path, threads: int, rounds: int, *, blobs: bool) -> bool:
    builder = TOPOLOGIES[name]()
    net = builder.net()
    path, feeds = net.save(folder), net.feeds()
    artifact, _ = dldt.compile_model(dldt.read_model(path), folder / "net.so")
    graph = dldt.read_model(path)
    transform(graph)
    request = sessions.openvino_model(dldt.save_model(graph, folder / "net.xml"), threads).create_infer_request()
    ends = [node.name for node in graph.outputs]
    with runtime.load(artifact, threads=threads) as ours:
        runs: dict[str, Callable[[], object]] = {
            "dldt": lambda: ours.run(feeds),
            "OpenVINO": lambda: request.infer(feeds),
        }
        error, compared = float("nan"), list(builder.writers) if blobs else ends
        if importlib.util.find_spec("cv2"):
            opencv, plain = (_opencv(folder, path, feeds, threads, fused=fused) for fused in (True, False))
            layers = builder.writers
            last = [layers[end] for end in ends]
            runs["OpenCV"] = lambda: opencv.forward(last)
            answers = plain.forward([layers[blob] for blob in compared])
            wanted = {blob: np.array(answer) for blob, answer in zip(compared, answers, strict=True)}
            error = _error(_every(path, compared, folder, threads, feeds) if blobs else ours.run(feeds), wanted)
        times = _timed(runs, rounds)
    base = times["dldt"]
    ratios = [f"{times[peer] / base:.2f}" if peer in times else "-" for peer in ("OpenCV", "OpenVINO")]
    print(f"{name:<20}{len(compared):>6}{error:>9.1e}{base * 1e3:>10.2f}{ratios[0]:>9}{ratios[1]:>10}", flush=True)
    return not error > LIMIT


def _every(path: Path, blobs: list[str], folder: Path, threads: int, feeds: dict[str, Array]) -> dict[str, Array]:
    """Every blob, by native code of which each is an output."""
    artifact, _ = dldt.compile_model(dldt.read_model(path, outputs=blobs), folder / "blobs.so")
    with runtime.load(artifact, threads=threads) as loaded:
        return loaded.run(feeds)


def _opencv(folder: Path, path: Path, feeds: dict[str, Array], threads: int, *, fused: bool):
    """``fused``: layers are joined, and the blobs between them are not made."""
    # Else blobs that are asked for together lie in memory that later layers write over.
    os.environ["OPENCV_DNN_DISABLE_MEMORY_OPTIMIZATIONS"] = "1"
    import cv2

    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromCaffe(str(folder / "net.prototxt"), str(path))
    net.enableFusion(fused)
    for name, array in feeds.items():
        net.setInput(array, name)
    return net


def _error(found: dict[str, Array], wanted: dict[str, Array]) -> float:
    """Of regions OpenCV has as many as there are, we the most there may be."""
    errors = {}
    for name, array in wanted.items():
        part = found[name] if _detections(array) else found[name][: len(array)]
        errors[name] = difference(part, array, 1)
    worst = max(errors, key=errors.__getitem__)
    if not errors[worst] <= LIMIT:
        print(f"  {worst} differs: {found[worst].shape} and {wanted[worst].shape}")
    return errors[worst]


def _timed(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds, medians of interleaved rounds; the first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
