"""A detector of free image sizes, with random weights: a backbone, a pyramid of features, heads, and a selection whose
number of boxes only the data tell."""

from __future__ import annotations

import numpy as np
import onnx

from benchmarks.free_networks import FreeNetwork

CLASSES, CANDIDATES = 4, 64


def detector() -> onnx.ModelProto:
    """Three levels of features, joined on the way up; the best candidates of all levels; the boxes that are left of
    them. Rows and pixels are multiples of 32."""
    net = FreeNetwork("detector", [1, 3, "H", "W"])
    x, levels, inputs = "x", [], 3
    for outputs in (16, 32, 64, 128, 128):
        x = net.activated(net.activated(x, inputs, outputs, 3, 2), outputs, outputs)
        levels, inputs = [*levels, (x, outputs)], outputs
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    x, found = net.activated(x, 128, 64, 1), []
    for beside, outputs in reversed(levels[2:4]):
        found.append(x)
        upper = net.add("Resize", x, "", scales, mode="nearest", nearest_mode="floor")
        joined = net.add("Concat", upper, net.activated(beside, outputs, 64, 1), axis=1)
        x = net.activated(joined, 128, 64)
    heads = [_head(net, level) for level in (*found, x)]
    scores, boxes = (net.add("Concat", *each, axis=1) for each in zip(*heads, strict=True))
    return net.model(*_select(net, net.add("Sigmoid", scores), boxes))


def _head(net: FreeNetwork, x: str) -> tuple[str, str]:
    """Scores [1, places, classes] and boxes [1, places, 4] of a level."""
    inner = net.activated(x, 64, 64)
    return tuple(_by_places(net, net.convolution(inner, 64, width, 1), width) for width in (CLASSES, 4))  # type: ignore[return-value]  # two


def _by_places(net: FreeNetwork, x: str, width: int) -> str:
    moved = net.add("Transpose", x, perm=[0, 2, 3, 1])
    return net.add("Reshape", moved, net.constant(np.array([1, -1, width])))


def _select(net: FreeNetwork, scores: str, boxes: str) -> tuple[str, str]:
    """The boxes that are left, and their scores in all classes."""
    axes = [net.constant(np.array([k])) for k in (0, 2)]
    best = net.add("ReduceMax", scores, axes=[2], keepdims=0)
    _, places = net.several("TopK", 2, best, net.constant(np.array([CANDIDATES])), axis=1)
    at = net.add("Squeeze", places, axes[0])
    near, sure = (net.add("Gather", each, at, axis=1) for each in (boxes, scores))
    most, overlap, least = (net.constant(np.array([k], t)) for k, t in ((10, "i8"), (0.5, "f4"), (0.5, "f4")))
    left = net.add("NonMaxSuppression", near, net.add("Transpose", sure, perm=[0, 2, 1]), most, overlap, least)
    end, last = net.constant(np.array([3])), net.constant(np.array([1]))
    chosen = net.add("Squeeze", net.add("Slice", left, axes[1], end, last), last)
    return tuple(net.add("Gather", each, chosen, axis=1) for each in (near, sure))  # type: ignore[return-value]  # two
