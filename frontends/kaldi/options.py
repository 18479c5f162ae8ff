"""The options that Kaldi models have. Nothing is imported that is not part of Python."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

KALDI_OPTIONS = (
    FormatOption(
        "streaming",
        "Kaldi: a model that takes --frames_per_chunk frames a call and keeps what it needs of earlier ones in state "
        "variables, as the old Model Optimizer's did. Default: one call takes a whole utterance, [T,dim] with T free, "
        "which is many times faster. A streaming model answers late by as many frames as its metadata says (delay)",
        kind="flag",
    ),
    FormatOption(
        "frames_per_chunk",
        "Kaldi: frames a call of a streaming model (default: 1); it implies --streaming",
        kind="integer",
        metavar="N",
    ),
    FormatOption(
        "remove_memory",
        "Kaldi: the states of a streaming model become inputs and outputs, which the caller passes on; it implies "
        "--streaming",
        kind="flag",
    ),
    FormatOption(
        "counts",
        'Kaldi: a file "[ c1 c2 … ]" with the frames of each class, or "" for the priors in the model: their '
        "logarithms are subtracted from what goes into the last SoftMax, or from the last layer's output",
        kind="text",
        metavar="FILE",
    ),
    FormatOption(
        "remove_output_softmax",
        "Kaldi: leave out the SoftMax or LogSoftmax at the end",
        kind="flag",
    ),
)
