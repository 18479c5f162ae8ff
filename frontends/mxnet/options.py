"""The options that MXNet alone has, as the old Model Optimizer spelt them."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

MXNET_OPTIONS = (
    FormatOption(
        "input_symbol",
        "the symbol, where it is not PREFIX-symbol.json beside PREFIX-0000.params",
        kind="path",
        metavar="FILE",
        names_model=True,
    ),
    FormatOption(
        "nd_prefix_name",
        "parameters are PREFIX_args.nd and PREFIX_auxs.nd; needs --pretrained_model_name and --input_symbol too",
        kind="path",
        metavar="PREFIX",
    ),
    FormatOption(
        "pretrained_model_name",
        "a model whose parameters are taken where the .nd files have none: NAME-0000 or NAME-0000.params",
        kind="path",
        metavar="NAME",
    ),
    FormatOption(
        "save_params_from_nd",
        "write the parameters that were used with --nd_prefix_name to PREFIX-0000.params beside the symbol",
        kind="flag",
    ),
    FormatOption(
        "legacy_mxnet_model",
        "taken for compatibility: models of MXNet before 1.0 are read without it",
        kind="flag",
    ),
    FormatOption(
        "enable_ssd_gluoncv",
        "taken for compatibility: detectors of GluonCV are read without it",
        kind="flag",
    ),
)
