"""Resizing of images."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.interpolate import Interpolate
from dldt.frontends.engine.channels_last import channels_first, channels_last
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.padding import check_rank


@TFLITE.imports("RESIZE_BILINEAR")
def resize_bilinear(
    images: Value, size: Value, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> Value:
    """Between the four nearest pixels."""
    coordinates = "align_corners" if align_corners else "half_pixel" if half_pixel_centers else "asymmetric"
    return _resized(images, size, Interpolate("linear_onnx", "sizes", coordinates))


@TFLITE.imports("RESIZE_NEAREST_NEIGHBOR")
def resize_nearest_neighbor(
    images: Value, size: Value, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> Value:
    """The pixel below; with aligned corners the nearest one, of two the upper."""
    if align_corners:
        return _resized(images, size, Interpolate("nearest", "sizes", "align_corners", "round_prefer_ceil"))
    coordinates = "tf_half_pixel_for_nn" if half_pixel_centers else "asymmetric"
    return _resized(images, size, Interpolate("nearest", "sizes", coordinates, "floor"))


def _resized(images: Value, size: Value, op: Interpolate) -> Value:
    check_rank(images, 4)
    ones, axes = np.ones(2, np.float32), np.array([2, 3], np.int64)
    return channels_last(op(channels_first(images), size, ones, axes))
