"""A component in a network: one node, or several where it reads other frames than its own.

A component whose rule is not here is one node of its own type, with its fields as attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.kaldi.component import Component
from dldt.frontends.kaldi.network_builder import NetworkBuilder
from dldt.frontends.kaldi.timed_network import Edge, FrameTap
from dldt.frontends.kaldi.widths import width_of

Expansion: TypeAlias = Callable[[NetworkBuilder, str, Component, FrameTap], FrameTap]
MOST_TAPS = 4096
MOST_SUMMED = 64
"""Frames that are added one by one; more are added by a product with a matrix of ones and zeros."""


def expand(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """Adds the component; the tap reads its output. Raises InputError where a field is missing or makes no sense."""
    try:
        return EXPANSIONS.get(component.type, _one_node)(builder, name, component, source)
    except KeyError as error:
        raise InputError(
            f"{builder.path}: component {shown(name)} ({printable(component.type)}) has no field "
            f"{shown(error.args[0])}; the file is damaged"
        ) from error
    except (ZeroDivisionError, IndexError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f"{builder.path}: the fields of component {shown(name)} ({printable(component.type)}) do not fit together; "
            "the file is damaged"
        ) from error


def plain(value: Any) -> Any:
    """A field as an attribute of a record."""
    if isinstance(value, np.ndarray):
        return (
            TensorRecord.of(value) if value.dtype.kind == "f" or value.ndim > 1 else tuple(int(item) for item in value)
        )
    return value


def attributes(component: Component) -> dict[str, Any]:
    """The fields as attributes of a record."""
    return {key: plain(value) for key, value in component.fields.items()}


def _one_node(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    width = width_of(component.type, component.fields, builder.widths[source.source])
    return builder.add(component.type, name, (source,), width, **attributes(component))


def _composite(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    for number, part in enumerate(component.parts, 1):
        source = expand(builder, f"{name}.{number}", part, source)
    return source


def _same(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """What only training uses leaves its input alone; the node keeps the name."""
    return builder.add("NoOpComponent", name, (source,), builder.widths[source.source])


def _dropout(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """nnet3: times the share that is kept in training. nnet2 has raised what it keeps by then."""
    fields, width = component.fields, builder.widths[source.source]
    kept = 1.0 if "dropout_scale" in fields else 1.0 - float(fields.get("dropout_proportion", 0.0))
    if kept == 1.0:
        return _same(builder, name, component, source)
    return builder.add("Scale", name, (source,), width, value=kept)


def _tdnn(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    fields = dict(component.fields)
    offsets = fields.pop("time_offsets")
    spliced = builder.append(f"{name}.spliced", tuple(source.later(int(t)) for t in _limited(offsets)))
    rest = {key: plain(value) for key, value in fields.items() if not _is_empty(value)}
    return builder.add(component.type, name, (spliced,), int(fields["linear_params"].shape[0]), **rest)


def _convolution(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    offsets = component.fields["offsets"]
    required = {int(t) for t in component.fields["required_time_offsets"]}
    times = sorted({int(t) for t, _ in _limited(offsets)})
    taps = tuple(_at(source, t, "needed" if t in required else "zero") for t in times)
    width = width_of(component.type, component.fields, 0)
    given = attributes(component)
    del given["required_time_offsets"]
    return builder.add(component.type, name, taps, width, **given)


def _attention(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    f = component.fields
    left, right, step = f["num_left_inputs"], f["num_right_inputs"], f["time_stride"]
    _limited(range(left + right + 1))
    needed = range(-f["num_left_inputs_required"], f["num_right_inputs_required"] + 1)
    taps = tuple(_at(source, i * step, "needed" if i in needed else "zero") for i in range(-left, right + 1))
    return builder.add(component.type, name, taps, width_of(component.type, f, 0), **attributes(component))


def _extraction(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """The count, the sum and the sum of squares of the frames of a period that begins with this one."""
    f = component.fields
    width = width_of(component.type, f, 0)
    period, step = f["output_period"], f["input_period"]
    alone = period == step
    own = name if alone else f"{name}.frame"
    single = builder.add(component.type, own, (source,), width, include_variance=bool(f["include_variance"]))
    if alone:
        return single
    frames = _limited(range(0, period, step))
    return builder.add("Sum", name, tuple(_at(single, t, "zero") for t in frames), width)


def _pooling(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    f = component.fields
    left, right, step = f["left_context"], f["right_context"], f["input_period"]
    width = builder.widths[source.source]
    if min(left, right) < 0 or step < 1:
        raise ValueError(step)
    frames = range(-left, right + 1, step)
    if len(frames) <= MOST_SUMMED:
        total = builder.add("Sum", f"{name}.sum", tuple(_at(source, t, "zero") for t in frames), width)
    else:
        ends = (_at(source, frames[0], "zero"), _at(source, frames[-1], "zero"))
        total = builder.add("WindowSum", f"{name}.sum", ends, width, step=step)
    rest = {key: f[key] for key in ("num_log_count_features", "output_stddevs", "variance_floor")}
    return builder.add(component.type, name, (total,), width_of(component.type, f, 0), **rest)


def _splice(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """nnet2: frames side by side; the last ``const_component_dim`` numbers of a frame stand there once."""
    f = component.fields
    offsets = f.get("context")
    frames = range(-f["left_context"], f["right_context"] + 1) if offsets is None else [int(t) for t in offsets]
    _limited(frames)
    fixed, width = int(f.get("const_component_dim", 0)), builder.widths[source.source]
    if not 0 <= fixed < width:
        raise ValueError(fixed)
    if not fixed:
        return builder.append(name, tuple(source.later(t) for t in frames))
    head = builder.add("DimRange", f"{name}.spliced", (source,), width - fixed, start=0, size=width - fixed)
    tail = builder.add("DimRange", f"{name}.fixed", (source,), fixed, start=width - fixed, size=fixed)
    return builder.append(name, (*(head.later(t) for t in frames), tail))


def _splice_max(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    frames = _limited(component.fields["context"])
    return builder.add(component.type, name, tuple(source.later(int(t)) for t in frames), builder.widths[source.source])


def _distribute(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """Block k of a frame is the output of index x = k; all but training has x = 0."""
    width = int(component.fields["output_dim"])
    if not 0 < width <= builder.widths[source.source] or builder.widths[source.source] % width:
        raise ValueError(width)
    return builder.add("DimRange", name, (source,), width, start=0, size=width)


def _mask(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """Nothing is dropped."""
    return builder.add("Const", name, (), int(component.fields["output_dim"]), value=1.0)


def _constant(builder: NetworkBuilder, name: str, component: Component, source: FrameTap) -> FrameTap:
    """It looks at no frame."""
    output = component.fields["output"]
    return builder.add("ConstantComponent", name, (), len(output), output=plain(output))


def _at(source: FrameTap, frames: int, edge: Edge) -> FrameTap:
    return FrameTap(source.source, source.offset + int(frames), edge if source.edge == "needed" else source.edge)


def _limited(frames: Any) -> Any:
    """``frames``, if they are not too many. Raises ValueError."""
    if not 0 < len(frames) <= MOST_TAPS:
        raise ValueError(len(frames))
    return frames


def _is_empty(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size == 0


EXPANSIONS: dict[str, Expansion] = {
    "CompositeComponent": _composite,
    "TdnnComponent": _tdnn,
    "TimeHeightConvolutionComponent": _convolution,
    "RestrictedAttentionComponent": _attention,
    "StatisticsExtractionComponent": _extraction,
    "StatisticsPoolingComponent": _pooling,
    "SpliceComponent": _splice,
    "SpliceMaxComponent": _splice_max,
    "DropoutComponent": _dropout,
    "DropoutMaskComponent": _mask,
    "DistributeComponent": _distribute,
    "ConstantComponent": _constant,
    "ConstantFunctionComponent": _constant,
    **dict.fromkeys(
        (
            "ClipGradientComponent",
            "GeneralDropoutComponent",
            "SpecAugmentTimeMaskComponent",
            "AdditiveNoiseComponent",
        ),
        _same,
    ),
}
