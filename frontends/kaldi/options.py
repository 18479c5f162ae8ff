"""The options that Kaldi models have. Nothing is imported that is not part of Python."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

KALDI_OPTIONS = (
    FormatOption(
        "streaming",
        "a model that takes --frames_per_chunk frames a call and keeps what it needs of earlier ones in state "
        "variables, as the old Model Optimizer's did. Default: one call takes a whole utterance, [T,dim] with T free, "
        "which is many times faster. A streaming model answers late by as many frames as its metadata says (run_delay)",
        kind="flag",
    ),
    FormatOption(
        "frames_per_chunk",
        "frames a call of a streaming model (default: 1); it implies --streaming",
        kind="integer",
        metavar="N",
    ),
    FormatOption(
        "frame_subsampling_factor",
        "answer for every Nth frame of an utterance alone, as chain models are used (N is 3 there, and stands in the "
        "file frame_subsampling_factor beside the model); what only other frames need is not computed",
        kind="integer",
        metavar="N",
    ),
    FormatOption(
        "remove_memory",
        "the states of a streaming model become inputs and outputs: what an output NAME/next gives is input NAME of "
        "the next call, zeros at first; it implies --streaming",
        kind="flag",
    ),
    FormatOption(
        "counts",
        'a file "[ c1 c2 … ]" with the frames of each class, or "" for the priors in the model: their '
        "logarithms are subtracted from what goes into the last SoftMax, or from the last layer's output",
        kind="text",
        metavar="FILE",
    ),
    FormatOption(
        "remove_output_softmax",
        "leave out the SoftMax or LogSoftmax at the end",
        kind="flag",
    ),
)
