"""Cases of Interpolate: every mode, coordinate mode and nearest mode, up and down."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.ops.interpolate import COORDINATES, NEAREST
from tests.ops.case import Case, i64, normal

_C = frozenset({1, 2, 3})


def _sizes(name, x, mode, sizes, axes, coordinate="half_pixel", nearest="round_prefer_floor", symbolic="", **more):
    data = normal(*x)
    openvino, why = more.pop("openvino", True), more.pop("why", "")
    op = ops.Interpolate(mode, "sizes", coordinate, nearest, **more)
    scales = np.array([s / x[a] for s, a in zip(sizes, axes, strict=True)], "f4")
    given = {0: symbolic} if symbolic else {}
    return Case(op, (data, i64(*sizes), scales, i64(*axes)), f"Interpolate-{name}", _C, given, 1e-5, openvino, why)


def _scales(name, x, mode, scales, axes, coordinate="half_pixel", nearest="round_prefer_floor", symbolic="", **more):
    data = normal(*x)
    op = ops.Interpolate(mode, "scales", coordinate, nearest, **more)
    numbers = np.array(scales, "f4")
    sizes = i64(*(int(x[a] * s) for s, a in zip(scales, axes, strict=True)))
    given = {0: symbolic} if symbolic else {}
    return Case(op, (data, sizes, numbers, i64(*axes)), f"Interpolate-{name}", _C, given, tolerance=1e-5)


_UP, _DOWN = (7, 11), (2, 3)

CASES = [
    *(
        _sizes(f"{mode}-{coordinate}-{label}", (1, 3, 4, 5), mode, sizes, (2, 3), coordinate)
        for mode in ("nearest", "linear_onnx", "cubic", "linear")
        for coordinate in COORDINATES
        for label, sizes in (("up", _UP), ("down", _DOWN))
    ),
    *(
        _sizes(f"nearest-{nearest}-{label}", (1, 3, 4, 6), "nearest", sizes, (2, 3), coordinate, nearest)
        for nearest in NEAREST
        for label, sizes, coordinate in (
            ("up", (8, 9), "half_pixel"),
            ("down", (3, 4), "asymmetric"),
        )
    ),
    _scales("nearest-x2", (2, 17, 3, 5), "nearest", (2.0, 2.0), (2, 3), "asymmetric", "floor", "N,17,H,W"),
    _scales("linear_onnx-x2", (2, 17, 3, 5), "linear_onnx", (2.0, 2.0), (2, 3), symbolic="N,17,H,W"),
    _scales("linear_onnx-x1.5", (1, 3, 4, 5), "linear_onnx", (1.5, 1.7), (2, 3)),
    _scales("cubic-half", (1, 3, 8, 8), "cubic", (0.5, 0.5), (2, 3), symbolic="N,3,H,W"),
    _scales("nearest-all-axes", (1, 3, 4, 5), "nearest", (1.0, 1.0, 2.0, 2.0), (0, 1, 2, 3), "asymmetric", "floor"),
    _sizes("linear_onnx-align-x2", (1, 3, 4, 5), "linear_onnx", (8, 10), (2, 3), "align_corners"),
    _sizes("cubic-0.5", (1, 3, 4, 5), "cubic", _UP, (2, 3), "pytorch_half_pixel", cube_coeff=-0.5),
    _sizes(
        "linear-antialias",
        (1, 3, 9, 8),
        "linear",
        (4, 3),
        (2, 3),
        antialias=True,
        openvino=False,
        why="the CPU device ignores antialias",
    ),
    _sizes("nearest-3d", (1, 2, 3, 4, 5), "nearest", (6, 7, 8), (2, 3, 4), "asymmetric", "floor"),
    _sizes("linear_onnx-3d", (1, 2, 3, 4, 5), "linear_onnx", (6, 7, 8), (2, 3, 4)),
    _sizes("linear_onnx-one", (1, 3, 1, 1), "linear_onnx", (4, 5), (2, 3)),
    _sizes("nearest-pads", (1, 3, 4, 5), "nearest", (9, 9), (2, 3), pads_begin=(0, 0, 1, 0), pads_end=(0, 0, 0, 2)),
]
