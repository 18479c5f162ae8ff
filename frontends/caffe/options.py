"""The options that Caffe models alone have, as the old Model Optimizer called them."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

CAFFE_OPTIONS = (
    FormatOption(
        "input_proto",
        "the net as text (.prototxt) of a .caffemodel; else it is looked for beside it under the same name",
        "path",
        "FILE",
        "-d",
        names_model=True,
    ),
    FormatOption(
        "mean_file", "a mean picture (.binaryproto) that is subtracted from the one input", "path", "FILE", "-mf"
    ),
    FormatOption(
        "mean_file_offsets",
        "the row and column of the mean picture where the input's begins, (x,y); else its middle is taken",
        metavar="(X,Y)",
        short="-mo",
    ),
    FormatOption(
        "k",
        "CustomLayersMapping.xml: its layers are refused by name, as Caffe itself is not used",
        "path",
        "FILE",
        "-k",
    ),
    FormatOption("caffe_parser_path", "taken and not needed: no parser of Caffe is used", "path", "DIR"),
    FormatOption("disable_omitting_optional", "refused: it is about attributes of custom layers", "flag"),
    FormatOption("enable_flattening_nested_params", "refused: it is about attributes of custom layers", "flag"),
)
"""In the order in which ``--help`` shows them."""
