"""Kaldi's models, whole utterances and streaming: frames a second, beside OpenVINO on the IR of the same model.

    python -m benchmarks.speech                      the tdnn and the lstm
    python -m benchmarks.speech --models cnn2        others; --frames, --rounds, --threads
    python -m benchmarks.speech --wide               a tdnn and an lstm as wide as those of recipes (wide_speech.py)

Rounds are interleaved; the figures are medians. Before a model is timed, both are compared with Kaldi's own outputs.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

import dldt
from benchmarks import sessions
from benchmarks.models import models_folder
from benchmarks.wide_speech import WIDTH, wide_speech
from dldt import runtime
from dldt.tools.api import transform
from dldt.tools.utterances import ENDED, run_utterance

Array = np.ndarray
Answer = Callable[[Array], Array]
"""Frames → the output of each."""
CHUNKS = (0, 1, 10)
"""Frames a call; 0: all of an utterance."""


@attrs.frozen
class SpeechModel:
    """A model with features and what Kaldi's own libraries gave for them beside it."""

    name: str
    file: str
    folder: Path = attrs.field(factory=lambda: models_folder() / "kaldi")

    @property
    def source(self) -> Path:
        return self.folder / self.file

    def reference(self) -> tuple[Array, Array]:
        stored = np.load(self.source.with_suffix(".npz"))
        return stored["x"], stored["y"]

    def graph(self, chunk: int, frames: int | None = None) -> dldt.Graph:
        """For so many frames a call (0: all); ``frames`` fixes how many all are."""
        width = self.reference()[0].shape[1]
        inputs = {"input": (frames, width)} if frames else None
        return dldt.read_model(self.source, inputs=inputs, options={"frames_per_chunk": chunk} if chunk else None)


MODELS = (
    *(SpeechModel(name, f"generated_nnet3/{name}.raw") for name in ("tdnn", "lstm", "cnn2", "s0", "s1", "s2")),
    SpeechModel("nnet1", "nnet1_random.nnet"),
)


def wide_models(folder: Path) -> list[SpeechModel]:
    """Wide networks; what OpenVINO answers for a whole utterance stands for the reference."""
    made = []
    for name in ("tdnn", "lstm"):
        model = SpeechModel(name, wide_speech(name, folder / f"{name}.raw").name, folder)
        x = np.random.default_rng(1).standard_normal((30, WIDTH)).astype(np.float32)
        np.savez(model.source.with_suffix(".npz"), x=x, y=x)
        np.savez(model.source.with_suffix(".npz"), x=x, y=theirs(model, folder, 0, 1)(x))
        made.append(model)
    return made


def error_of(got: Array, wanted: Array) -> float:
    """max|error| / max|y|; infinite where shapes differ."""
    return float(np.abs(got - wanted).max() / np.abs(wanted).max()) if got.shape == wanted.shape else float("inf")


def accuracy(model: SpeechModel, folder: Path, target: str, chunk: int, fixed: bool = False) -> tuple[float, str]:
    """Our library's error; frames free or fixed."""
    x, y = model.reference()
    path, _ = dldt.compile_model(model.graph(chunk, len(x) if fixed else None), folder / "speech.so", target=target)
    with runtime.load(path) as loaded:
        made = ours(loaded)(x)
    path.unlink()
    return error_of(
        made, y
    ), f"{chunk} frames a call" if chunk else f"an utterance a call, T {'fixed' if fixed else 'free'}"


def accuracy_of_ir(model: SpeechModel, folder: Path, chunk: int) -> tuple[float, str]:
    """The error of what OpenVINO makes of our IR."""
    x, y = model.reference()
    return error_of(theirs(model, folder, chunk, 1)(x), y), f"OpenVINO, {chunk or 'all'} frames a call"


def checks(target: str, ir: bool) -> list[tuple[str, Callable[[Path], tuple[float, str]]]]:
    """Rows for ``benchmarks.accuracy``, of the models that are on this machine."""
    made: list[tuple[str, Callable[[Path], tuple[float, str]]]] = []
    for model in MODELS:
        if not model.source.is_file():
            continue
        for chunk in (0, 1):
            form = "stream" if chunk else "whole"
            if ir:
                made.append((f"{model.name} {form}", lambda f, m=model, c=chunk: accuracy_of_ir(m, f, c)))
                continue
            made.append((f"{model.name} {form}", lambda f, m=model, c=chunk: accuracy(m, f, target, c)))
        if not ir:
            made.append((f"{model.name} fixed", lambda f, m=model: accuracy(m, f, target, 0, fixed=True)))
    return made


def ours(loaded: runtime.Model) -> Answer:
    """Our library's answer for an utterance."""
    request = loaded.create_request()
    return lambda x: run_utterance(loaded, request, "input", {"input": x})["output"]


def theirs(model: SpeechModel, folder: Path, chunk: int, threads: int) -> Answer:
    """OpenVINO's answer on our IR."""
    graph = model.graph(chunk)
    delay = int(graph.metadata.get("run_delay", 0))
    transform(graph)
    compiled = sessions.openvino_model(dldt.save_model(graph, folder / f"{model.name}_{chunk}.xml"), threads)
    request = compiled.create_infer_request()
    has_end = any(ENDED in port.get_names() for port in compiled.inputs)
    if not chunk:
        return lambda x: request.infer({"input": x})[compiled.output(0)].copy()

    def answer(x: Array) -> Array:
        frames, calls = len(x), -(-(len(x) + delay) // chunk)
        x = np.concatenate([x, np.repeat(x[-1:], calls * chunk - frames, axis=0)])
        ended = (np.arange(len(x)) >= frames).astype(np.float32)[:, None]
        for state in request.query_state():
            state.reset()
        made = []
        for start in range(0, len(x), chunk):
            part = slice(start, start + chunk)
            feeds = {"input": x[part], **({ENDED: ended[part]} if has_end else {})}
            made.append(request.infer(feeds)[compiled.output(0)].copy())
        return np.concatenate(made)[delay : delay + frames]

    return answer


def main() -> None:
    """Compare, time, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", default=["tdnn", "lstm"], help=", ".join(m.name for m in MODELS))
    parser.add_argument("--frames", type=int, default=500, help="of an utterance (default: 500, five seconds)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wide", action="store_true", help="networks of seeded weights, beyond the caches")
    arguments = parser.parse_args()
    print(f"{'model':<8}{'frames a call':>14}{'ours f/s':>12}{'OpenVINO f/s':>14}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as place:
        for model in wide_models(Path(place)) if arguments.wide else MODELS:
            for chunk in CHUNKS if model.name in arguments.models and model.source.is_file() else ():
                _row(model, chunk, Path(place), arguments)


def _row(model: SpeechModel, chunk: int, folder: Path, arguments: argparse.Namespace) -> None:
    x, y = model.reference()
    path, _ = dldt.compile_model(model.graph(chunk), folder / f"{model.name}_{chunk}.so")
    longer = np.resize(x, (arguments.frames, x.shape[1]))
    with runtime.load(path, threads=arguments.threads) as loaded:
        answers = [ours(loaded), theirs(model, folder, chunk, arguments.threads)]
        for answer in answers:
            assert error_of(answer(x), y) < 1e-4, f"{model.name} differs from its reference"
        times: list[list[float]] = [[], []]
        for _ in range(arguments.rounds):
            for place, answer in enumerate(answers):
                start = time.perf_counter()
                answer(longer)
                times[place].append(time.perf_counter() - start)
    mine, other = (arguments.frames / statistics.median(found) for found in times)
    print(f"{model.name:<8}{chunk or 'all':>14}{mine:>12,.0f}{other:>14,.0f}{mine / other:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
