"""How many numbers a frame of a component's output has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Fields: TypeAlias = Mapping[str, Any]


def _rows(field: str) -> Callable[[Fields, int], int]:
    return lambda fields, _: int(fields[field].shape[0])


def _number(field: str) -> Callable[[Fields, int], int]:
    return lambda fields, _: int(fields[field])


def _grid(fields: Fields, _: int) -> int:
    """Filters of a convolution over an image, at each of its places."""
    places = [
        1 + (fields[f"input_{axis}_dim"] - fields[f"filt_{axis}_dim"]) // fields[f"filt_{axis}_step"] for axis in "xy"
    ]
    return int(places[0] * places[1] * fields["filter_params"].shape[0])


def _pools(fields: Fields, _: int) -> int:
    count = 1
    for axis in "xyz":
        count *= 1 + (fields[f"input_{axis}_dim"] - fields[f"pool_{axis}_size"]) // fields[f"pool_{axis}_step"]
    return int(count)


def _attention(fields: Fields, _: int) -> int:
    context = fields["num_left_inputs"] + 1 + fields["num_right_inputs"] if fields["output_context"] else 0
    return int(fields["num_heads"] * (fields["value_dim"] + context))


def _statistics(fields: Fields, _: int) -> int:
    return int(1 + fields["input_dim"] * (2 if fields["include_variance"] else 1))


def _pooled_statistics(fields: Fields, _: int) -> int:
    return int(fields["num_log_count_features"] + fields["input_dim"] - 1)


WIDTHS: dict[str, Callable[[Fields, int], int]] = {
    **dict.fromkeys(
        ("AffineComponent", "NaturalGradientAffineComponent", "AffineComponentPreconditioned"),
        _rows("linear_params"),
    ),
    "AffineComponentPreconditionedOnline": _rows("linear_params"),
    "FixedAffineComponent": _rows("linear_params"),
    "LinearComponent": _rows("params"),
    "FixedLinearComponent": _rows("cu_matrix"),
    "BlockAffineComponent": _rows("linear_params"),
    "BlockAffineComponentPreconditioned": _rows("linear_params"),
    "TdnnComponent": _rows("linear_params"),
    "RepeatedAffineComponent": lambda f, _: int(f["linear_params"].shape[0] * f["num_repeats"]),
    "NaturalGradientRepeatedAffineComponent": lambda f, _: int(f["linear_params"].shape[0] * f["num_repeats"]),
    "DistributeComponent": _number("output_dim"),
    "PnormComponent": _number("output_dim"),
    "MaxoutComponent": _number("output_dim"),
    "SumBlockComponent": _number("output_dim"),
    "ElementwiseProductComponent": _number("output_dim"),
    "SumGroupComponent": _rows("sizes"),
    "PermuteComponent": lambda f, width: int(f["column_map"].shape[0]) if "column_map" in f else width,
    "ConstantComponent": _rows("output"),
    "ConstantFunctionComponent": _rows("output"),
    "NormalizeComponent": lambda f, width: (
        width + (width // f.get("block_dim", width) if f.get("add_log_stddev") else 0)
    ),
    "LstmNonlinearityComponent": lambda f, _: 2 * int(f["params"].shape[1]),
    "GruNonlinearityComponent": lambda f, _: 2 * int(f["cell_dim"]),
    "OutputGruNonlinearityComponent": _number("cell_dim"),
    "TimeHeightConvolutionComponent": lambda f, _: int(f["height_out"] * f["num_filters_out"]),
    "ConvolutionComponent": _grid,
    "MaxpoolingComponent": lambda f, width: _pools(f, width) if "input_x_dim" in f else int(f["output_dim"]),
    "RestrictedAttentionComponent": _attention,
    "StatisticsExtractionComponent": _statistics,
    "StatisticsPoolingComponent": _pooled_statistics,
    "DctComponent": lambda f, width: width // int(f["dct_dim"]) * int(f.get("dct_keep_dim") or f["dct_dim"]),
    "Convolutional1dComponent": lambda f, _: (
        int(f["filter_params"].shape[0]) * (1 + (f["patch_stride"] - f["patch_dim"]) // f["patch_step"])
    ),
}
"""Of those whose output has another width than their input."""


def width_of(kind: str, fields: Fields, width: int) -> int:
    """The width of the output for an input of ``width``. KeyError names a field that is missing."""
    return WIDTHS[kind](fields, width) if kind in WIDTHS else width
