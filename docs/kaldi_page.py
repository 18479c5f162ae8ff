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

The streaming form answers late, by as many frames as the metadata says (`kaldi_delay`): the caller repeats the last
frame as often at the end, and leaves out as many answers at the beginning. Where a model treats frames that are not
there as zeros (`IfDefined` of a later frame), it has an input `ended`, 1 for each frame that is such a repetition.

Read as other operations: """


def kaldi() -> str:
    """The components of Kaldi."""
    return coverage_page(register(), EVALUATED, f"{_NOTES}{', '.join(sorted(EXPANSIONS))}.")
