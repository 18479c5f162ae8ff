"""The options of custom operations: a flexbuffer, or the bytes of a C structure for operations that are known to."""

from __future__ import annotations

import struct
from typing import Any

from dldt.compiler.errors import InputError
from dldt.frontends.engine.fault import Fault
from dldt.frontends.tflite.flexbuffer import flexbuffer_map

_PADDINGS = {0: "UNKNOWN", 1: "SAME", 2: "VALID"}
_POOL = ("padding", "stride_w", "stride_h", "filter_width", "filter_height", "activation")
_STRUCTURES: dict[str, tuple[str, ...]] = {
    "Convolution2DTransposeBias": ("padding", "stride_w", "stride_h"),
    "MaxPoolingWithArgmax2D": _POOL,
    "MaxUnpooling2D": _POOL,
}
"""Numbers of 32 bits, in their order; what follows them is TF Lite's own."""

_FRACTIONS = frozenset(
    ("nms_score_threshold", "nms_iou_threshold", "y_scale", "x_scale", "h_scale", "w_scale", "scale_x", "scale_y")
) | {"scale", "target_rotation_radians"}


def custom_options(op: str, data: memoryview) -> dict[str, Any]:
    """The attributes of a custom operation by name."""
    fields = _STRUCTURES.get(op)
    if fields is None:
        found = flexbuffer_map(data) if len(data) else {}
        return {name: _typed(name, value) for name, value in found.items() if not name.startswith("_")}
    if len(data) < 4 * len(fields):
        return {"padding": Fault(InputError, f"is missing: the options of {op} have {len(data)} bytes")}
    numbers = struct.unpack_from(f"<{len(fields)}i", data)
    values: dict[str, Any] = dict(zip(fields, numbers, strict=True))
    return values | {"padding": _PADDINGS.get(values["padding"], f"Padding {values['padding']}")}


def _typed(name: str, value: Any) -> Any:
    """A number of an option that is a fraction, as such: a flexbuffer stores 10.0 and 10 as its writer likes."""
    return float(value) if name in _FRACTIONS and type(value) is int else value
