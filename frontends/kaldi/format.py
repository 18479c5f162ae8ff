"""Kaldi in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format, Reader
from dldt.frontends.kaldi.options import KALDI_OPTIONS

_TAGS = (b"<Nnet>", b"<Nnet3>", b"<TransitionModel>")


def _begins(head: bytes) -> bool:
    return head.removeprefix(b"\0B").lstrip().startswith(_TAGS)


def _reader() -> Reader:
    from dldt.frontends.kaldi.reader import READER

    return READER


KALDI_FILE = Format(
    "kaldi", ".nnet, .mdl, .raw (Kaldi)", (".nnet", ".mdl", ".raw"), _begins, _reader, options=KALDI_OPTIONS
)
