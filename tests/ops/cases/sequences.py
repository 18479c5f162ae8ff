"""Cases of sequences and their decoders: reversal, greedy decoding, beam search."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_LENGTHS = np.array([5, 1, 3], "i4")
_LOGITS = normal(3, 9, 4, seed=2)
_MASK = np.array([[1] * 9, [1] * 4 + [0] * 5, [1, 0, 1] + [1] * 6], "f4")
_TOKENS = integers(0, 6, 5, 2, 3, dtype="i4")
_PARENTS = integers(0, 3, 5, 2, 3, seed=1, dtype="i4")
_ENDS = np.array([5, 3], "i4")
_SEQ_LENGTHS = np.array([9, 4, 0], "i4")

CASES = [
    Case(ops.ReverseSequence(0, 1), (normal(3, 5, 2), _LENGTHS), "ReverseSequence", symbolic={0: "N,T,2", 1: "N"}),
    Case(ops.ReverseSequence(1, 0), (normal(5, 3, 2), _LENGTHS), "ReverseSequence-time-first",
         symbolic={0: "T,N,2", 1: "N"}),
    Case(ops.ReverseSequence(-3, -1), (normal(3, 2, 5), _LENGTHS.astype("i8")), "ReverseSequence-negative"),
    Case(ops.ReverseSequence(0, 1), (integers(0, 9, 3, 5), _LENGTHS), "ReverseSequence-i64"),
    Case(ops.CTCGreedyDecoder(), (_LOGITS.transpose(1, 0, 2).copy(), _MASK.T.copy()), "CTCGreedyDecoder",
         symbolic={0: "T,N,4", 1: "T,N"}),
    Case(ops.CTCGreedyDecoder(False), (_LOGITS.transpose(1, 0, 2).copy(), _MASK.T.copy()),
         "CTCGreedyDecoder-repeats"),
    Case(ops.CTCGreedyDecoderSeqLen(), (_LOGITS, _SEQ_LENGTHS), "CTCGreedyDecoderSeqLen",
         symbolic={0: "N,T,4", 1: "N"}),
    Case(ops.CTCGreedyDecoderSeqLen(False, "i64", "i64"), (_LOGITS, _SEQ_LENGTHS.astype("i8"), i64(0)),
         "CTCGreedyDecoderSeqLen-blank"),
    Case(ops.GatherTree(), (_TOKENS, _PARENTS, _ENDS, scalar(2, "i4")), "GatherTree",
         symbolic={0: "T,N,3", 1: "T,N,3", 2: "N"}),
    Case(ops.GatherTree(), (*(x.astype("f4") for x in (_TOKENS, _PARENTS, _ENDS)), scalar(9)), "GatherTree-f32"),
]  # fmt: skip
