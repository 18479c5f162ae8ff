"""Boxes and landmarks, and what is made of two operators."""

import itertools
import struct

import numpy as np

from tests.frontends.tflite.case import Case, one
from tests.frontends.tflite.cases_elementwise import R, f
from tests.frontends.tflite.cases_shapes import ints
from tests.frontends.tflite.flexbuffer import flexbuffer
from tests.frontends.tflite.graphs import Model, Spec, const, given, like

F = np.float32
FORMULA = "numpy's definition"


def _boxes(count):
    corner = f(count, 2, low=0, high=1)
    return np.concatenate([corner, corner + f(count, 2, low=0.1, high=0.5)], 1)


def _suppressed():
    for threshold in (0.0, 0.4):
        numbers = [const(np.array(x, d)) for x, d in ((8, np.int32), (0.5, F), (threshold, F))]
        parts = [_boxes(20), f(20, low=0, high=1), *numbers]
        outs = [like(np.int32), like(np.int32)]
        yield one("NON_MAX_SUPPRESSION_V4", parts, outs, "NonMaxSuppressionV4Options", label=f"{threshold}")
        for sigma in (0.0, 0.4):
            outs = [like(np.int32), like(F), like(np.int32)]
            rest = [*parts, const(np.array(sigma, F))]
            label = f"{threshold}-{sigma}"
            yield one("NON_MAX_SUPPRESSION_V5", rest, outs, "NonMaxSuppressionV5Options", label=label)
    scales = {"y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
    limits = {"max_detections": 6, "max_classes_per_detection": 1, "detections_per_class": 4, "num_classes": 3}
    anchors = np.concatenate([f(15, 2, low=0, high=1), f(15, 2, low=0.2, high=0.4)], 1)
    for regular in (False, True):
        options = {**scales, **limits, "use_regular_nms": regular, "nms_score_threshold": 0.3, "nms_iou_threshold": 0.5}
        parts = [f(1, 15, 4), f(1, 15, 4, low=0, high=1), const(anchors)]
        custom = flexbuffer(options)
        label = "regular" if regular else "fast"
        yield one("TFLite_Detection_PostProcess", parts, [like(F)] * 4, label=label, rtol=1e-5, custom=custom)


def _landmarks():
    x = f(1, 6, 7, 3)
    for padding, stride in ((1, 2), (2, 2), (1, 3)):
        custom = struct.pack("<6i", padding, stride, stride, 3, 2, 0)
        values, places = _argmax(x, padding, stride, 3, 2)
        expected = {"expected": ((values, places),), "oracle": FORMULA}
        label = f"{padding}-{stride}"
        yield one("MaxPoolingWithArgmax2D", [x], [like(F), like(F)], label=label, custom=custom, **expected)
    x, places = f(1, 3, 4, 2), R.integers(0, 4, (1, 3, 4, 2)) + F(0.1)
    wanted = np.zeros((1, 6, 8, 2), F)
    for row, column, channel in np.ndindex(3, 4, 2):
        place = int(places[0, row, column, channel])
        wanted[0, 2 * row + place // 2, 2 * column + place % 2, channel] = x[0, row, column, channel]
    custom = struct.pack("<6i", 1, 2, 2, 2, 2, 0)
    expected = {"expected": ((wanted,),), "oracle": FORMULA}
    yield one("MaxUnpooling2D", [x, places.astype(F)], [like(F)], custom=custom, **expected)
    matrix = f(1, 4, 4)
    for dimensions in (2, 3):
        points = f(1, 9, dimensions)
        wanted = points.copy()
        wanted[0, :, :2] = points[0, :, :2] @ matrix[0, :2, :2].T + matrix[0, :2, 3]
        custom = flexbuffer({"dimensions": dimensions})
        expected = {"expected": ((wanted,),), "oracle": FORMULA, "rtol": 1e-6}
        yield one("TransformLandmarks", [points, matrix], [like(F)], label=f"{dimensions}", custom=custom, **expected)
    data, turn = f(1, 6, 7, 3), np.eye(4, dtype=F)[None]
    turn[0, :2] = [[0.9, 0.3, 0, -0.5], [-0.2, 1.1, 0, 0.7]]
    custom = flexbuffer({"output_height": 5, "output_width": 4})
    expected = {"expected": ((_bilinear(data, turn[0], 5, 4),),), "oracle": FORMULA, "rtol": 1e-5}
    yield one("TransformTensorBilinear", [data, turn], [like(F)], custom=custom, **expected)
    points = f(1, 12, 3, low=0, high=50)
    options = {"subset_idxs": [1, 4, 7, 9], "left_rotation_idx": 2, "right_rotation_idx": 5}
    options |= {
        "target_rotation_radians": 0.1,
        "output_height": 16,
        "output_width": 24,
        "scale_x": 1.5,
        "scale_y": 1.25,
    }
    expected = {"expected": ((_rectangle(points[0], options),),), "oracle": FORMULA, "rtol": 1e-5}
    yield one("Landmarks2TransformMatrix", [points], [like(F)], custom=flexbuffer(options), **expected)


def _argmax(x, padding, stride, width, height):
    sizes = x.shape[1:3]
    counts = [
        -(-s // stride) if padding == 1 else (s - k) // stride + 1 for s, k in zip(sizes, (height, width), strict=True)
    ]
    total = [max((n - 1) * stride + k - s, 0) for n, k, s in zip(counts, (height, width), sizes, strict=True)]
    values, places = np.zeros((1, *counts, x.shape[3]), F), np.zeros((1, *counts, x.shape[3]), F)
    for row, column, channel in np.ndindex(*counts, x.shape[3]):
        top, left = row * stride - total[0] // 2, column * stride - total[1] // 2
        best = -np.inf
        for dy, dx in itertools.product(range(height), range(width)):
            if not (0 <= top + dy < sizes[0] and 0 <= left + dx < sizes[1]):
                continue
            if x[0, top + dy, left + dx, channel] > best:
                best = x[0, top + dy, left + dx, channel]
                places[0, row, column, channel] = F(dy * width + dx) + F(0.1)
        values[0, row, column, channel] = best
    return values, places


def _bilinear(data, matrix, rows, columns):
    height, width, channels = data.shape[1:]
    made = np.zeros((1, rows, columns, channels), F)
    for row, column in np.ndindex(rows, columns):
        x, y = matrix[:2, :2].astype(float) @ (column + 0.5, row + 0.5) + matrix[:2, 3] - 0.5
        if not (0 <= x <= width - 1 and 0 <= y <= height - 1):
            continue
        left, top = int(x), int(y)
        right, below = min(left + 1, width - 1), min(top + 1, height - 1)
        upper = (1 - x + left) * data[0, top, left] + (x - left) * data[0, top, right]
        lower = (1 - x + left) * data[0, below, left] + (x - left) * data[0, below, right]
        made[0, row, column] = (y - top) * lower + (1 - y + top) * upper
    return made


def _rectangle(points, options):
    first, last = points[options["left_rotation_idx"]], points[options["right_rotation_idx"]]
    turn = options["target_rotation_radians"] - np.arctan2(last[1] - first[1], last[0] - first[0])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = points[options["subset_idxs"], :2] @ rotation.T
    low, high = turned.min(0), turned.max(0)
    centre = rotation.T @ ((low + high) / 2)
    size = np.array([options["output_width"], options["output_height"]])
    shift, back, scale, spin = (np.eye(4) for _ in range(4))
    shift[:2, 3], back[:2, 3], spin[:2, :2] = centre, -size / 2, rotation.T
    scale[0, 0], scale[1, 1] = (high - low) * (options["scale_x"], options["scale_y"]) / size
    return (shift @ spin @ scale @ back)[None].astype(F)


def _complex():
    """Transforms are complex only inside."""
    for op in ("REAL", "IMAG", "COMPLEX_ABS"):
        model = Model()
        main = model.graph("main")
        main.tensor("x", given(f(2, 8, 8)))
        main.tensor("n", ints(8, 8))
        main.tensor("c", Spec(np.empty((2, 8, 5), F), label="COMPLEX64"))
        main.tensor("y", like(F))
        main.inputs, main.outputs = ["x"], ["y"]
        main.operator("RFFT2D", ["x", "n"], ["c"], "Rfft2dOptions")
        main.operator(op, ["c"], ["y"])
        calls = ((f(2, 8, 8),),)
        yield Case(op, op, model.bytes(), calls, rtol=1e-5)
        if op == "REAL":
            yield Case("RFFT2D", "RFFT2D", model.bytes(), calls, rtol=1e-5)


CASES = (*_suppressed(), *_landmarks(), *_complex())
