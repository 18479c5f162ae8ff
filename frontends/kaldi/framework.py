"""The table of Kaldi's importers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dldt.frontends.engine.framework import Framework


class KaldiFramework(Framework):
    """Components of nnet1, nnet2 and nnet3, and what descriptors and both forms are made of."""

    refused: Mapping[str, str] = MappingProxyType(
        {
            "Rbm": "it is for pre-training; convert it with rbm-convert-to-nnet first",
        }
    )


KALDI = KaldiFramework("kaldi", "Kaldi")
