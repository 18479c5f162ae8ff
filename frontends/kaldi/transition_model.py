"""The model of transitions between states: it stands before the network in a .mdl file, and is not needed."""

from __future__ import annotations

from dldt.frontends.kaldi.matrix import read_matrix
from dldt.frontends.kaldi.token_stream import TokenStream

MOST = 1 << 26
"""Entries of a list."""


def skip_transition_model(stream: TokenStream) -> None:
    """Go on behind </TransitionModel>."""
    stream.reading = "the TransitionModel"
    stream.expect("<TransitionModel>")
    if stream.binary:
        _skip_topology(stream)
    while stream.token() != "</Topology>":
        if stream.binary:
            raise stream.fail("</Topology> is expected")
    token = stream.expect("<Tuples>", "<Triples>")
    for _ in range(_count(stream)):
        for _ in range(4 if token == "<Tuples>" else 3):
            stream.integer()
    stream.expect("</Tuples>", "</Triples>")
    stream.expect("<LogProbs>")
    read_matrix(stream)
    stream.expect("</LogProbs>")
    stream.expect("</TransitionModel>")
    stream.reading = ""


def _skip_topology(stream: TokenStream) -> None:
    stream.expect("<Topology>")
    stream.integers()
    stream.integers()
    entries = stream.integer()
    is_hmm = entries != -1
    if not is_hmm:
        entries = stream.integer()
    for _ in range(_checked(stream, entries)):
        for _ in range(_count(stream)):
            stream.integer()
            if not is_hmm:
                stream.integer()
            for _ in range(_count(stream)):
                stream.integer()
                stream.number()


def _count(stream: TokenStream) -> int:
    return _checked(stream, stream.integer())


def _checked(stream: TokenStream, count: int) -> int:
    if not 0 <= count <= MOST:
        raise stream.fail(f"a list of {count} entries is none")
    return count
