"""Recognises vowels in the utterances of a Kaldi archive: a whole utterance in one call, and frame by frame.

    python examples/speech/run.py          (a few seconds)

The same from the command line: dldt run examples/speech/vowels.raw --input examples/speech/utterances.ark -o out.ark
"""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

import numpy as np

import dldt
from dldt import runtime
from dldt.frontends.kaldi.archive import read_archive
from dldt.tools.utterances import run_utterance

HERE = Path(__file__).parent
CLASSES = "-aeiou"


def main() -> None:
    """Compile both forms, run them, compare what they say."""
    spoken = dict(line.split() for line in (HERE / "spoken.txt").read_text(encoding="utf-8").splitlines())
    utterances = dict(read_archive(HERE / "utterances.ark"))
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        for form, options in (("whole", {}), ("streaming", {"streaming": True})):
            graph = dldt.read_model(HERE / "vowels.raw", options=options)
            path, summary = dldt.compile_model(graph, Path(folder) / f"{form}.so")
            with runtime.load(path, threads=1) as model:
                request = model.create_request()
                start = time.perf_counter()
                answers[form] = [run_utterance(model, request, "input", {"input": x}) for x in utterances.values()]
                seconds = time.perf_counter() - start
            frames = sum(map(len, utterances.values()))
            print(f"{form:<10}{summary.file_bytes:,} bytes, {frames} frames in {seconds * 1e3:.1f} ms, ", end="")
            print(f"{frames / seconds:,.0f} frames a second")
    right = total = 0
    for key, whole, later in zip(utterances, answers["whole"], answers["streaming"], strict=True):
        assert np.allclose(whole["output"], later["output"], atol=1e-4), f"{key}: the two forms differ"
        heard = "".join(CLASSES[i] for i in whole["output"].argmax(1))
        right += sum(a == b for a, b in zip(heard, spoken[key], strict=True))
        total += len(heard)
        print(f"{key}  heard {word(heard):<14} spoken {word(spoken[key])}")
    print(f"accuracy  {right / total:.4f} of {total} frames")


def word(letters: str) -> str:
    """The letters that last for five frames or more, each run once."""
    runs = ((letter, len(list(same))) for letter, same in itertools.groupby(letters))
    return "".join(letter for letter, count in runs if count >= 5 and letter != "-")


if __name__ == "__main__":
    main()
