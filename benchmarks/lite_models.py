"""TensorFlow Lite's models: milliseconds a run, beside OpenVINO on the same file, and TF Lite where it is installed.

    python -m benchmarks.lite_models                    MediaPipe's nets and the wake word
    python -m benchmarks.lite_models FILE …             other .tflite files; --rounds, --threads

Rounds are interleaved; the figures are medians. TF Lite is ``ai-edge-litert``, with XNNPACK.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import openvino

import dldt
from benchmarks import sessions
from benchmarks.check import Check
from benchmarks.models import models_folder
from dldt import runtime
from tests.frontends.tflite.real import REAL, Real, expected

Array = np.ndarray
BATCHES = (1, 3)


def graph_of(real: Real) -> dldt.Graph:
    return dldt.read_model(models_folder() / real.file, outputs=real.tensors)


def worst(real: Real, run: Callable[[Array], list[Array]]) -> float:
    """max|error| / max|y| over all calls and results; of integers 0 or infinity, as they are within their units."""
    found = 0.0
    for call, array in enumerate(real.feeds()):
        for name, got in zip(real.tensors, run(array), strict=True):
            numbers, most = expected(real, call, name)
            error = float(np.abs(got.ravel()[:: real.step].astype(np.float64) - numbers).max())
            found = max(found, (error > real.units) * np.inf if real.units else error / most)
    return found


def directly(real: Real, folder: Path, target: str) -> tuple[float, str]:
    """Our library's error."""
    path, summary = dldt.compile_model(graph_of(real), folder / "lite.so", target=target)
    with runtime.load(path) as model:
        request = model.create_request()
        error = worst(real, lambda array: list(request.run(array).values()))
    path.unlink()
    return error, f"{summary.kernels} kernels, {real.calls} calls, as TF Lite's reference kernels"


def freely(real: Real, folder: Path, target: str, free: tuple[str, ...]) -> tuple[float, str]:
    """The error of one library whose leading dims are free. In a batch the picture is the first and the last, between
    mirrored ones."""
    (name,) = [value.node.name for value in graph_of(real).inputs]
    shape = (*free, *real.shape[len(free) :])
    graph = dldt.read_model(models_folder() / real.file, outputs=real.tensors, inputs={name: shape})
    path, _ = dldt.compile_model(graph, folder / "free.so", target=target)
    error = 0.0
    with runtime.load(path) as model:
        request = model.create_request()
        for batch in BATCHES:
            for place in (0, batch - 1):
                error = max(error, worst(real, partial(of_batch, request.run, batch, place)))
    path.unlink()
    return error, f"one artifact at batch {', '.join(map(str, BATCHES))}"


def of_batch(run: Callable[[Array], dict[str, Array]], batch: int, place: int, picture: Array) -> list[Array]:
    """What a run makes of one picture of a batch; results may lie one behind the other along any axis."""
    others = np.repeat(picture[:, :, ::-1], batch, 0)
    others[[0, -1]] = picture
    return [made.reshape(batch, -1)[place] for made in run(others).values()]


def through_ir(real: Real, folder: Path) -> tuple[float, str]:
    """The error of what OpenVINO makes of our IR."""
    path = dldt.save_model(graph_of(real), folder / "lite.xml")
    request = sessions.openvino_model(path).create_infer_request()
    return worst(real, lambda array: list(request.infer([array]).values())), f"OpenVINO, {real.calls} calls"


def checks(target: str) -> Iterator[Check]:
    """The real models in each form, for ``benchmarks.accuracy``."""
    for real in REAL:
        file = models_folder() / real.file
        lacking = "" if file.is_file() else f"not found ({file.name})"
        yield Check("tflite", real.name[:26], "fixed", partial(directly, real, target=target), lacking)
        for free in (("N",), ("N", "H", "W")) if len(real.shape) == 4 else ():
            run = partial(freely, real, target=target, free=free)
            yield Check("tflite", real.name[:26], f"free {''.join(free)}", run, lacking)
        yield Check("tflite", real.name[:26], "IR", partial(through_ir, real), lacking)


def contestants(file: Path, folder: Path, threads: int) -> dict[str, Callable[[list[Array]], Any]]:
    """What runs a model on its inputs, by name."""
    path, _ = dldt.compile_model(dldt.read_model(file), folder / f"{file.stem}.so")
    request = runtime.load(path, threads=threads).create_request()
    made: dict[str, Callable[[list[Array]], Any]] = {"dldt": lambda arrays: request.run(*arrays)}
    try:
        settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        other = openvino.Core().compile_model(file, "CPU", settings).create_infer_request()
        made["OpenVINO"] = lambda arrays: other.infer(arrays)
    except RuntimeError as error:
        print(f"{file.name}: OpenVINO: {str(error).splitlines()[-1][:100]}")
    if importlib.util.find_spec("ai_edge_litert"):
        made["TF Lite"] = lite(file, threads)
    return made


def lite(file: Path, threads: int) -> Callable[[list[Array]], Any]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(file), num_threads=threads)
    interpreter.allocate_tensors()
    places = [detail["index"] for detail in interpreter.get_input_details()]

    def run(arrays: list[Array]) -> None:
        for place, array in zip(places, arrays, strict=True):
            interpreter.set_tensor(place, array)
        interpreter.invoke()

    return run


def inputs_of(file: Path) -> list[Array]:
    rng = np.random.default_rng(0)
    types = [value.type for value in dldt.read_model(file).inputs]
    floats = [rng.random([dim if isinstance(dim, int) else 1 for dim in t.shape], np.float32) for t in types]
    return [x if t.dtype.is_float else (99 * x).astype(t.dtype.numpy) for x, t in zip(floats, types, strict=True)]


def race(file: Path, folder: Path, rounds: int, threads: int) -> str:
    """A row: the medians of all that run the model."""
    runners, arrays = contestants(file, folder, threads), inputs_of(file)
    times: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds + 2):
        for name, run in runners.items():
            start = time.perf_counter()
            run(arrays)
            if number > 1:
                times[name].append(1e3 * (time.perf_counter() - start))
    medians = {name: statistics.median(found) for name, found in times.items()}
    return f"{file.stem:<36}" + "".join(f"{name:>10} {value:8.3f} ms" for name, value in medians.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    files = arguments.files or [models_folder() / real.file for real in REAL]
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            print(race(file, Path(folder), arguments.rounds, arguments.threads), flush=True)


if __name__ == "__main__":
    main()
