"""Runs a model on the utterances of a Kaldi archive: all frames at once, or a few a call."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.archive import is_archive, read_archive
from dldt.frontends.kaldi.archive_writer import ArchiveWriter
from dldt.runtime.model import Model
from dldt.runtime.request import Request

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]
ENDED = "ended"
"""The input of a streaming model that says of each frame whether it lies behind the end."""


def is_for_utterances(words: Sequence[str]) -> bool:
    """Whether an input is an archive."""
    return any(is_archive(word) for word in words)


def run_utterances(model: Model, words: Sequence[str], output: str | None, form: str, period: int = 10) -> str:
    """Runs every utterance, writes an archive of each output, and returns a sentence on how fast it was. ``period``:
    for how many frames a row of a further input holds, where that has several."""
    inputs = _inputs(model, words)
    main = next(iter(inputs))
    others = {name: dict(read_archive(file)) for name, file in inputs.items() if name != main}
    request, frames, seconds, utterances = model.create_request(), 0, 0.0, 0
    with _writers([info.name for info in model.outputs], output, form) as writers:
        for key, features in read_archive(inputs[main]):
            given = {main: _frames(features, main, key)}
            for name, entries in others.items():
                if key not in entries:
                    raise InputError(f"{inputs[name]}: it has no entry {shown(key)}, which {inputs[main]} has")
                given[name] = np.atleast_2d(entries[key])
            start = time.perf_counter()
            made = run_utterance(model, request, main, given, period)
            seconds += time.perf_counter() - start
            frames, utterances = frames + len(features), utterances + 1
            for name, writer in writers.items():
                writer.add(key, made[name])
    speed = f", {frames / seconds:,.0f} frames a second" if seconds else ""
    return f"{utterances} utterances, {frames} frames in {seconds:.3f} s{speed}"


def run_utterance(model: Model, request: Request, main: str, given: Arrays, period: int = 10) -> dict[str, Array]:
    """The outputs for an utterance. A streaming model starts anew, and is given the last frame again and again until it
    has answered for all; of what has a row for each ``period`` frames (i-vectors) a call takes that of its middle."""
    run = model.metadata.raw.get("run") or {}
    rows = model.inputs[[info.name for info in model.inputs].index(main)].shape[0]
    if "delay" not in run and model.metadata.states and isinstance(rows, int):
        run = {"delay": 0, "chunk": rows}  # a streaming model that others made
    if "delay" not in run:
        _refuse_rows(model, given)
        return {name: array.copy() for name, array in request.run(given).items()}
    delay, chunk, x = int(run["delay"]), int(run["chunk"]), given[main]
    frames = len(x)
    calls = -(-(frames + delay) // chunk)
    x = np.concatenate([x, np.repeat(x[-1:], calls * chunk - frames, axis=0)])
    ended = (np.arange(len(x)) >= frames).astype(np.float32)[:, None]
    has_end = any(info.name == ENDED for info in model.inputs)
    request.reset()
    parts: dict[str, list[Array]] = {info.name: [] for info in model.outputs}
    for start in range(0, len(x), chunk):
        part = slice(start, start + chunk)
        feeds = {name: _row(array, (start + chunk // 2) // period) for name, array in given.items()}
        feeds |= {main: x[part], **({ENDED: ended[part]} if has_end else {})}
        for name, array in request.run(feeds).items():
            parts[name].append(array.copy())
    return {name: np.concatenate(found)[delay : delay + frames] for name, found in parts.items()}


def _row(rows: Array, number: int) -> Array:
    """The row of that number, or the last one."""
    place = min(number, len(rows) - 1)
    return rows[place : place + 1]


def _refuse_rows(model: Model, given: Arrays) -> None:
    """A whole utterance has one row of an input that is the same at all times."""
    for info in model.inputs:
        rows = len(given[info.name]) if info.name in given else 1
        if rows > 1 and info.shape[0] == 1:
            raise InputError(
                f"input {shown(info.name)} has {rows} rows, and a model for whole utterances takes one; compile it "
                "with --frames_per_chunk N, then each call takes the row of its frames (--ivector-period)"
            )


def _inputs(model: Model, words: Sequence[str]) -> dict[str, str]:
    """The archive of each input, the frames first."""
    names = [info.name for info in model.inputs if info.name != ENDED]
    found: dict[str, str] = {}
    for word in words:
        name, equals, file = word.partition("=")
        if not equals or name not in names:
            name, file = names[0], word
        if not is_archive(file):
            raise UsageError(f"--input {word}: where one input is an archive (.ark, .scp), all must be")
        found[name] = file
    missing = [name for name in names if name not in found]
    if missing:
        raise UsageError(f"input {shown(missing[0])} needs an archive, too: --input {missing[0]}=FILE.ark")
    return {name: found[name] for name in names}


def _frames(features: Array, name: str, key: str) -> Array:
    if features.ndim != 2 or not len(features):
        raise InputError(f"entry {shown(key)} for input {shown(name)} is {list(features.shape)}, not [frames,dim]")
    return features


@contextlib.contextmanager
def _writers(names: Sequence[str], output: str | None, form: str) -> Iterator[dict[str, ArchiveWriter]]:
    """A writer for each output: to the file, or where there are several to one with the output's name in it. For
    an .scp file there is an .ark file beside it."""
    with contextlib.ExitStack() as stack:
        if not output:
            yield {}
            return
        given = Path(output)
        stems = {name: given.stem if len(names) == 1 else f"{given.stem}.{name}" for name in names}
        archives = {name: given.with_name(f"{stem}.ark") for name, stem in stems.items()}
        writers = {
            name: ArchiveWriter(stack.enter_context(atomic_write(path)), form) for name, path in archives.items()
        }
        yield writers
        if given.suffix.lower() == ".scp":
            for name, path in archives.items():
                with atomic_write(path.with_suffix(".scp")) as file:
                    file.write(writers[name].script(path).encode())
