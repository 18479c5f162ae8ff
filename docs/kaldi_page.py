"""The page of what is imported from Kaldi."""

from __future__ import annotations

from dldt.frontends.kaldi.expansion import EXPANSIONS
from dldt.frontends.kaldi.ops import register
from docs.coverage import coverage_page
from tests.frontends.kaldi.cases import EVALUATED

_NOTES = """Components of nnet1, nnet2 and nnet3, read from `.nnet`, `.mdl` and `.raw`, binary or text, and what
descriptors and the two forms of a model are made of (the operations that are no components). A model takes a whole
utterance, `[T,dim]` with T free, unless `--streaming` asks for one that takes `--frames_per_chunk` frames a call and
keeps the rest in state variables, as the old Model Optimizer's did. Both give the same frames: beyond its ends an
utterance goes on with its first and its last frame, as far as the outputs cannot be computed without.

The streaming form answers late, by as many frames as the metadata says (`run_delay`): the caller repeats the last
frame as often at the end, and leaves out as many answers at the beginning. Where a model treats frames that are not
there as zeros (`IfDefined` of a later frame), it has an input `ended`, 1 for each frame that is such a repetition.

Outputs are computed for every frame. Of a chain model, whose frames are subsampled, every third one is meant. The
files of an acoustic model (`.mdl`) have the priors of its classes: `--counts ""` subtracts their logarithms.

Frames a second of both forms, one thread, beside OpenVINO 2026.4 on the IR of the same model, by
`python -m benchmarks.speech`, and with `--wide` for networks whose weights lie in main memory. Answers were compared
before they were timed: with those of Kaldi's own libraries, of the wide networks with each other.

| network | weights | frames a call | dldt | OpenVINO | ratio |
|---|---|---|---|---|---|
| tdnn | 65 kB | all of 500 | 1,569,745 | 53,932 | 29 |
| tdnn | 65 kB | 1, streaming | 35,996 | 1,285 | 28 |
| tdnn | 65 kB | 10, streaming | 467,289 | 11,152 | 42 |
| lstm | 38 kB | all of 500 | 731,110 | 12,165 | 60 |
| lstm | 38 kB | 1, streaming | 22,378 | 653 | 34 |
| lstm | 38 kB | 10, streaming | 347,823 | 2,799 | 124 |
| tdnn, six layers of 1024 | 76 MB | all of 60 | 731 | 298 | 2.5 |
| tdnn, six layers of 1024 | 76 MB | 1, streaming | 70 | 19 | 3.6 |
| tdnn, six layers of 1024 | 76 MB | 10, streaming | 442 | 196 | 2.3 |
| lstm, three layers of 512 cells | 27 MB | all of 60 | 673 | 494 | 1.4 |
| lstm, three layers of 512 cells | 27 MB | 1, streaming | 362 | 209 | 1.7 |
| lstm, three layers of 512 cells | 27 MB | 10, streaming | 534 | 288 | 1.9 |

The figures are those of a busy machine, the ratios of interleaved rounds.

Read as other operations: """


def kaldi() -> str:
    """The components of Kaldi."""
    return coverage_page(register(), EVALUATED, f"{_NOTES}{', '.join(sorted(EXPANSIONS))}.")
