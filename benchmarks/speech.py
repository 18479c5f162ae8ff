"""Kaldi's models, whole utterances and streaming: frames a second, beside OpenVINO on the IR of the same model.

    python -m benchmarks.speech                      the tdnn and the lstm
    python -m benchmarks.speech --models cnn2        others; --frames, --rounds, --threads

Rounds are interleaved; the figures are medians. Before a model is timed, both are compared with Kaldi's own outputs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import attrs
import numpy as np

import dldt
from benchmarks import sessions
from benchmarks.check import Check
from benchmarks.models import models_folder
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

    @property
    def source(self) -> Path:
        return models_folder() / "kaldi" / self.file

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


def accuracy_elsewhere(model: SpeechModel, folder: Path, chunk: int, python: str) -> tuple[float, str]:
    """The same of the OpenVINO of another interpreter."""
    x, y = model.reference()
    ir = IrForm.written(model, folder, chunk)
    calls, answers = folder / "calls.npz", folder / "answers.npz"
    rows = list(ir.calls(x))
    np.savez(calls, **{name: np.stack([row[name] for row in rows]) for name in rows[0]})
    script = Path(__file__).with_name("openvino_outputs.py")
    subprocess.run([python, script, ir.xml, calls, answers], check=True)
    with np.load(answers) as made:
        return error_of(ir.joined(list(made["y"]), len(x)), y), f"{python}, {chunk or 'all'} frames a call"


def checks(target: str, openvino: str | None = None) -> Iterator[Check]:
    """The models in each form, for ``benchmarks.accuracy``; ``openvino``: an interpreter with another OpenVINO."""
    for model in MODELS:
        lacking = "" if model.source.is_file() else f"not found ({model.source.name})"
        forms = {
            "fixed T": partial(accuracy, model, target=target, chunk=0, fixed=True),
            "free T": partial(accuracy, model, target=target, chunk=0),
            "stream": partial(accuracy, model, target=target, chunk=1),
        }
        for chunk, form in ((0, "IR free T"), (1, "IR stream")):
            forms[form] = partial(accuracy_of_ir, model, chunk=chunk)
            if openvino:
                forms[f"{form} *"] = partial(accuracy_elsewhere, model, chunk=chunk, python=openvino)
        for form, run in forms.items():
            yield Check("kaldi", model.name, form, run, lacking)


def ours(loaded: runtime.Model) -> Answer:
    """Our library's answer for an utterance."""
    request = loaded.create_request()
    return lambda x: run_utterance(loaded, request, "input", {"input": x})["output"]


@attrs.frozen
class IrForm:
    """A model's IR, and how an utterance is cut into its calls."""

    xml: Path
    chunk: int
    delay: int
    has_end: bool

    @classmethod
    def written(cls, model: SpeechModel, folder: Path, chunk: int) -> IrForm:
        graph = model.graph(chunk)
        delay = int(graph.metadata.get("run_delay", 0))
        transform(graph)
        has_end = any(value.node.name == ENDED for value in graph.inputs)
        return cls(dldt.save_model(graph, folder / f"{model.name}_{chunk}.xml"), chunk, delay, has_end)

    def calls(self, x: Array) -> Iterator[dict[str, Array]]:
        """What each call is given."""
        if not self.chunk:
            yield {"input": x}
            return
        frames, count = len(x), -(-(len(x) + self.delay) // self.chunk)
        x = np.concatenate([x, np.repeat(x[-1:], count * self.chunk - frames, axis=0)])
        ended = (np.arange(len(x)) >= frames).astype(np.float32)[:, None]
        for start in range(0, len(x), self.chunk):
            part = slice(start, start + self.chunk)
            yield {"input": x[part], **({ENDED: ended[part]} if self.has_end else {})}

    def joined(self, answers: list[Array], frames: int) -> Array:
        """The utterance's output."""
        return np.concatenate(answers)[self.delay : self.delay + frames] if self.chunk else answers[0]


def theirs(model: SpeechModel, folder: Path, chunk: int, threads: int) -> Answer:
    """OpenVINO's answer on our IR."""
    ir = IrForm.written(model, folder, chunk)
    compiled = sessions.openvino_model(ir.xml, threads)
    request = compiled.create_infer_request()

    def answer(x: Array) -> Array:
        if chunk:
            for state in request.query_state():
                state.reset()
        return ir.joined([request.infer(feeds)[compiled.output(0)].copy() for feeds in ir.calls(x)], len(x))

    return answer


def main() -> None:
    """Compare, time, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", default=["tdnn", "lstm"], help=", ".join(m.name for m in MODELS))
    parser.add_argument("--frames", type=int, default=500, help="of an utterance (default: 500, five seconds)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{'model':<8}{'frames a call':>14}{'ours f/s':>12}{'OpenVINO f/s':>14}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as place:
        for model in MODELS:
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
