"""The table of Kaldi's importers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dldt.frontends.engine.framework import Framework

_WHOLE = "it looks at a whole recording and is not known here; cut the model before it with --output"


class KaldiFramework(Framework):
    """Components of nnet1, nnet2 and nnet3, and what descriptors and both forms are made of."""

    refused: Mapping[str, str] = MappingProxyType(
        {
            "MultiBasisComponent": "its bases are chosen frame by frame; evaluate it apart from the model",
            "Rbm": "it is for pre-training; convert it with rbm-convert-to-nnet first",
            "FramePoolingComponent": _WHOLE,
        }
    )


KALDI = KaldiFramework("kaldi", "Kaldi")
