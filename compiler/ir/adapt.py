"""Versions of operations that we do not have, expressed by the version that we have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.convert import Convert
from dldt.compiler.shown import shown

Data: TypeAlias = Mapping[str, str]


def _same_data(data: Data) -> Data:
    return data


def _same_inputs(graph: Graph, inputs: Sequence[Value], data: Data) -> Sequence[Value]:
    return inputs


@attrs.frozen
class Adaptation:
    """``opset`` has the version to use instead; ``attributes`` and ``inputs`` change the old ones to its own. ``type``:
    the operation to use, where it is another one."""

    opset: int
    attributes: Callable[[Data], Data] = _same_data
    inputs: Callable[[Graph, Sequence[Value], Data], Sequence[Value]] = _same_inputs
    type: str = ""


def _without(name: str, neutral: str) -> Callable[[Data], Data]:
    """Drops an attribute that the other version does not have; only its neutral value means the same."""

    def attributes(data: Data) -> Data:
        if data.get(name, neutral).strip().lower() != neutral:
            raise UnsupportedError(f"attribute {name}={shown(data[name])} is not supported")
        return {key: text for key, text in data.items() if key != name}

    return attributes


def _any(*names: str) -> Callable[[Data], Data]:
    """Drops attributes that make no difference here."""
    return lambda data: {key: text for key, text in data.items() if key not in names}


def _broadcast(_: Graph, inputs: Sequence[Value], data: Data) -> Sequence[Value]:
    """Broadcast-1 always has the axes; Broadcast-3 only where the mode is explicit."""
    return inputs if data.get("mode", "numpy").strip().lower() == "explicit" else inputs[:2]


def _batch_norm(_: Graph, inputs: Sequence[Value], __: Data) -> Sequence[Value]:
    """gamma, beta, data, mean, variance → data, gamma, beta, mean, variance"""
    if len(inputs) != 5:
        raise ShapeError(f"BatchNormInference needs 5 inputs, {len(inputs)} given")
    return [inputs[2], inputs[0], inputs[1], inputs[3], inputs[4]]


def _mvn_data(data: Data) -> Data:
    known = ("normalize_variance", "eps")
    return {key: text for key, text in data.items() if key in known} | {"eps_mode": "inside_sqrt"}


def _mvn_axes(graph: Graph, inputs: Sequence[Value], data: Data) -> Sequence[Value]:
    """The axes become an input: all but the batch, or all but the batch and the channels."""
    if len(inputs) != 1:
        raise ShapeError(f"MVN needs 1 input, {len(inputs)} given")
    across = data.get("across_channels", "true").strip().lower() in ("true", "1")
    axes = np.arange(1 if across else 2, inputs[0].type.rank, dtype=np.int64)
    return [inputs[0], graph.constant(axes)]


def _interpolate(graph: Graph, inputs: Sequence[Value], data: Data) -> Sequence[Value]:
    """image, sizes or scales, axes → image, sizes, scales, axes. What was not given, sizes or scales, is ones."""
    if len(inputs) < 2 or inputs[1].type.rank != 1:
        raise ShapeError("Interpolate needs an image and a list of sizes or scales")
    count = inputs[1].type.static_shape[0]
    by_size = data.get("shape_calculation_mode", "").strip().lower() == "sizes"
    other = graph.constant(np.ones(count, np.float32 if by_size else np.int64))
    pair = [inputs[1], other] if by_size else [other, inputs[1]]
    return [inputs[0], *pair, *inputs[2:]]


def _slope(_: Graph, inputs: Sequence[Value], __: Data) -> Sequence[Value]:
    """A slope of another type than the data is converted, as old converters left it in f32 beside data of f16."""
    if len(inputs) != 2 or inputs[0].type.dtype is inputs[1].type.dtype or not inputs[1].type.dtype.is_float:
        return inputs
    return [inputs[0], Convert(inputs[0].type.dtype)(inputs[1])]


def _backwards(graph: Graph, inputs: Sequence[Value], data: Data) -> Sequence[Value]:
    """data, axes → data, starts, stops, steps, axes of the slice that walks the axes from their ends."""
    if len(inputs) != 2:
        raise ShapeError(f"Reverse needs 2 inputs, {len(inputs)} given")
    axes = inputs[1].constant
    if axes is None:
        raise UnsupportedError("the axes are computed; they must be a constant")
    if data.get("mode", "index").strip().lower() == "mask":
        axes = np.flatnonzero(axes)
    ends = (np.full(axes.size, number, np.int64) for number in (-1, -(2**31), -1))
    return [inputs[0], *map(graph.constant, (*ends, axes.astype(np.int64).reshape(-1)))]


def _lstm_data(data: Data) -> Data:
    return _without("input_forget", "false")(_without("weights_format", "fico")(data))


def _without_peepholes(count: int) -> Callable[[Graph, Sequence[Value], Data], Sequence[Value]]:
    """The inputs up to ``count``; the weights of the cell's own state behind them must be zeros."""

    def inputs(_: Graph, given: Sequence[Value], __: Data) -> Sequence[Value]:
        for extra in given[count:]:
            if extra.constant is None or extra.constant.any():
                raise UnsupportedError("weights of peepholes are not supported, unless they are zeros")
        return given[:count]

    return inputs


def _summed(_: Data) -> Data:
    return {"reduction": "sum"}


def _squares_of_channels(data: Data) -> Data:
    """GRN divides by the root of ``bias`` and the sum of squares over the channels."""
    return {"eps": data.get("bias", "1"), "eps_mode": "add"}


def _channel_axis(graph: Graph, inputs: Sequence[Value], _: Data) -> Sequence[Value]:
    if len(inputs) != 1:
        raise ShapeError(f"GRN needs 1 input, {len(inputs)} given")
    return [inputs[0], graph.constant(np.array([1], np.int64))]


ADAPTATIONS: dict[tuple[str, int], Adaptation] = {
    ("assign", 3): Adaptation(6),
    ("batchnorminference", 1): Adaptation(5, inputs=_batch_norm),
    ("broadcast", 1): Adaptation(3, inputs=_broadcast),
    ("embeddingbagoffsetssum", 0): Adaptation(15, attributes=_summed, type="EmbeddingBagOffsets"),
    ("embeddingbagpackedsum", 0): Adaptation(15, attributes=_summed, type="EmbeddingBagPacked"),
    ("gather", 1): Adaptation(8),
    ("gather", 7): Adaptation(8),
    ("gelu", 2): Adaptation(7),
    ("grn", 0): Adaptation(1, attributes=_squares_of_channels, inputs=_channel_axis, type="NormalizeL2"),
    ("interpolate", 11): Adaptation(4, inputs=_interpolate),
    ("lstmcell", 1): Adaptation(4, attributes=_lstm_data, inputs=_without_peepholes(6)),
    ("lstmsequence", 1): Adaptation(5, attributes=_lstm_data, inputs=_without_peepholes(7)),
    ("maxpool", 14): Adaptation(8),
    ("mvn", 2): Adaptation(6, attributes=_mvn_data, inputs=_mvn_axes),
    ("nonmaxsuppression", 1): Adaptation(9),
    ("nonmaxsuppression", 3): Adaptation(9),
    ("nonmaxsuppression", 4): Adaptation(9),
    ("nonmaxsuppression", 5): Adaptation(9),
    ("pad", 12): Adaptation(1),
    ("prelu", 0): Adaptation(1, inputs=_slope),
    ("readvalue", 3): Adaptation(6),
    ("reverse", 0): Adaptation(8, attributes=_any("mode"), inputs=_backwards, type="Slice"),
    ("scatterelementsupdate", 3): Adaptation(12),
    ("scatterndupdate", 4): Adaptation(15),
    ("roipooling", 0): Adaptation(2, attributes=_any("output_size", "output_roi")),  # pooled_h and pooled_w again
    ("shapeof", 1): Adaptation(3),
    ("squeeze", 15): Adaptation(1, attributes=_without("allow_axis_skip", "false")),
    ("topk", 1): Adaptation(3),
    ("topk", 11): Adaptation(3, attributes=_any("stable")),  # of equals ours always takes the first
}
"""(type in lower case, opset that gave it this meaning, 0 where it has one alone) → what to use."""
