"""Convolutions, pooling, normalisations, resizing, blocks of space, boxes."""

from __future__ import annotations

import numpy as np

from tests.frontends.tensorflow.cases.data import I64, Case, Fixed, fixed, normal, one, positive, unit, whole


def conv(op, shape, filters, **attributes):
    """A convolution of random data."""
    return Case(op, (normal(*shape), Fixed(normal(*filters))), attributes, tolerance=3e-5)


def pool(op, shape, ksize, strides, padding, **attributes):
    """A pooling of random data."""
    fields = {"ksize": ksize, "strides": strides, "padding": padding, **attributes}
    return Case(op, (normal(*shape),), fields)


def transposed(sizes, filters, shape, **attributes):
    """A transposed convolution."""
    return Case(
        "Conv2DBackpropInput", (fixed(*sizes), Fixed(normal(*filters)), normal(*shape)), attributes, tolerance=3e-5
    )


def norm(version, training, outputs, **attributes):
    """A batch normalisation of five channels."""
    shape = (2, 5, 3, 4) if attributes.get("data_format") == "NCHW" else (2, 3, 4, 5)
    empty = training and attributes.get("exponential_avg_factor", 1.0) == 1.0
    statistics = [Fixed(np.zeros(0, np.float32))] * 2 if empty else [Fixed(normal(5)), Fixed(positive(5))]
    given = (normal(*shape), Fixed(positive(5)), Fixed(normal(5)), *statistics)
    return Case(
        f"FusedBatchNorm{version}", given, {"is_training": training, "epsilon": 1e-3, **attributes}, outputs, 3e-5
    )


BOXES = np.array(
    [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [1, 101, 0, 100]],
    np.float32,
)
SCORES = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3], np.float32)
CORNERS = np.float32([[0.1, 0.2, 0.8, 0.9], [-0.2, 0.1, 1.2, 0.5], [0.9, 0.9, 0.2, 0.1]])
ONES = (1, 1, 1, 1)
TWO = (1, 2, 2, 1)

_CONVOLUTIONS = [
    *(
        conv("Conv2D", (2, 7, 8, 3), (3, 2, 3, 4), strides=strides, padding=padding)
        for strides in (ONES, TWO, (1, 1, 2, 1))
        for padding in ("SAME", "VALID")
    ),
    conv("Conv2D", (1, 9, 9, 3), (3, 3, 3, 2), strides=ONES, padding="SAME", dilations=TWO),
    conv(
        "Conv2D",
        (1, 6, 6, 2),
        (3, 3, 2, 2),
        strides=ONES,
        padding="EXPLICIT",
        explicit_paddings=(0, 0, 1, 2, 0, 1, 0, 0),
    ),
    conv("Conv2D", (1, 6, 6, 4), (3, 3, 2, 6), strides=ONES, padding="SAME"),
    conv("Conv3D", (1, 5, 6, 7, 2), (2, 3, 2, 2, 3), strides=(1, 2, 1, 2, 1), padding="SAME"),
    conv("Conv3D", (1, 5, 6, 7, 2), (2, 3, 2, 2, 3), strides=(1, 1, 1, 1, 1), padding="VALID"),
    conv("DepthwiseConv2dNative", (2, 7, 6, 3), (3, 3, 3, 2), strides=ONES, padding="SAME"),
    conv("DepthwiseConv2dNative", (2, 7, 6, 3), (3, 3, 3, 1), strides=TWO, padding="SAME"),
    transposed((2, 8, 8, 3), (3, 3, 3, 4), (2, 4, 4, 4), strides=TWO, padding="SAME"),
    transposed((2, 7, 7, 3), (3, 3, 3, 4), (2, 4, 4, 4), strides=TWO, padding="SAME"),
    transposed((1, 9, 9, 2), (3, 3, 2, 3), (1, 4, 4, 3), strides=TWO, padding="VALID"),
    transposed((1, 10, 10, 2), (3, 3, 2, 3), (1, 4, 4, 3), strides=TWO, padding="VALID"),
    transposed((1, 8, 8, 2), (2, 2, 2, 3), (1, 4, 4, 3), strides=TWO, padding="SAME"),
    Case(
        "Conv3DBackpropInputV2",
        (fixed(1, 4, 6, 6, 2), Fixed(normal(3, 3, 3, 2, 3)), normal(1, 2, 3, 3, 3)),
        {"strides": (1, 2, 2, 2, 1), "padding": "SAME"},
        tolerance=3e-5,
    ),
    Case(
        "DepthwiseConv2dNativeBackpropInput",
        (fixed(1, 8, 8, 3), Fixed(normal(3, 3, 3, 2)), normal(1, 4, 4, 6)),
        {"strides": TWO, "padding": "SAME"},
        tolerance=3e-5,
    ),
]
_POOLING = [
    *(
        pool(op, (2, 7, 8, 3), (1, 3, 2, 1), TWO, padding)
        for op in ("MaxPool", "AvgPool")
        for padding in ("SAME", "VALID")
    ),
    pool("AvgPool", (1, 5, 5, 2), (1, 3, 3, 1), ONES, "SAME"),
    pool("MaxPool", (1, 6, 6, 2), (1, 3, 3, 1), TWO, "EXPLICIT", explicit_paddings=(0, 0, 1, 1, 0, 1, 0, 0)),
    pool("MaxPool3D", (1, 5, 6, 7, 2), (1, 2, 3, 2, 1), (1, 2, 2, 2, 1), "SAME"),
    pool("AvgPool3D", (1, 5, 6, 7, 2), (1, 2, 3, 2, 1), (1, 2, 2, 2, 1), "SAME"),
    Case("MaxPoolV2", (normal(1, 6, 6, 2), fixed(1, 2, 2, 1), fixed(1, 2, 2, 1)), {"padding": "VALID"}),
    Case("MaxPoolWithArgmax", (normal(2, 6, 7, 3),), {"ksize": TWO, "strides": TWO, "padding": "SAME"}, 2),
    Case(
        "MaxPoolWithArgmax",
        (normal(2, 6, 6, 3),),
        {"ksize": TWO, "strides": TWO, "padding": "VALID", "include_batch_in_index": True, "Targmax": I64},
        2,
    ),
]
_NORMALISATION = [
    *(norm(version, False, 1) for version in ("", "V2", "V3")),
    norm("V3", True, 3),
    norm("V3", True, 1),
    norm("", True, 3),
    norm("V3", True, 3, exponential_avg_factor=0.5),
    Case("LRN", (normal(2, 3, 3, 8),), {"depth_radius": 2, "bias": 1.5, "alpha": 0.3, "beta": 0.6}),
    Case("LRN", (normal(1, 2, 2, 4),)),
]
_RESIZED = [
    *(
        Case(op, (normal(2, 5, 6, 3), fixed(*size)), {"align_corners": corners, "half_pixel_centers": half})
        for op in ("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic")
        for size in ((8, 9), (3, 4))
        for corners, half in ((False, False), (True, False), (False, True))
    ),
    Case("ResizeBilinear", (whole(0, 255, 1, 4, 4, 1, dtype=np.uint8), fixed(7, 7))),
    Case("ResizeBilinear", (normal(1, 4, 5, 2), fixed(4, 5))),
    *(Case("ResizeArea", (normal(1, 6, 8, 2), fixed(*size))) for size in ((3, 4), (4, 5), (9, 10))),
    Case("ResizeArea", (normal(1, 6, 8, 2), fixed(3, 4)), {"align_corners": True}),
    *(
        Case(
            "CropAndResize",
            (normal(2, 6, 7, 3), CORNERS, np.array([1, 0, 1], np.int32), fixed(*size)),
            {"method": method, "extrapolation_value": 0.5},
        )
        for method in ("bilinear", "nearest")
        for size in ((4, 3), (1, 5))
    ),
]
_SPACE = [
    Case("SpaceToDepth", (normal(1, 4, 6, 3),), {"block_size": 2}),
    Case("DepthToSpace", (normal(1, 2, 3, 8),), {"block_size": 2}),
    Case("SpaceToBatchND", (normal(2, 5, 6, 3), fixed(2, 3), Fixed(np.int32([[1, 2], [0, 0]])))),
    Case("BatchToSpaceND", (normal(12, 3, 3, 2), fixed(2, 3), Fixed(np.int32([[1, 0], [2, 1]])))),
    Case("SpaceToBatchND", (normal(2, 6, 3), fixed(2), Fixed(np.int32([[1, 1]])))),
    Case("BatchToSpaceND", (normal(4, 3, 3), fixed(2), Fixed(np.int32([[1, 0]])))),
    Case("SpaceToBatch", (normal(1, 4, 4, 2), Fixed(np.int32([[0, 0], [1, 1]]))), {"block_size": 2}),
    Case("BatchToSpace", (normal(4, 2, 2, 2), Fixed(np.int32([[1, 0], [0, 1]]))), {"block_size": 2}),
    *(
        Case(
            "ExtractImagePatches",
            (normal(1, 6, 7, 2),),
            {"ksizes": (1, 2, 3, 1), "strides": TWO, "rates": rates, "padding": padding},
        )
        for rates in (ONES, TWO)
        for padding in ("SAME", "VALID")
    ),
    *(
        Case("Dilation2D", (normal(1, 6, 7, 2), normal(2, 3, 2)), {"strides": TWO, "rates": rates, "padding": padding})
        for rates in (ONES, TWO)
        for padding in ("SAME", "VALID")
    ),
]
_LIMITS = (one(0.5, np.float32), one(0.35, np.float32))
_BOXES = [
    Case("NonMaxSuppression", (BOXES, SCORES, one(3)), {"iou_threshold": 0.5}),
    Case("NonMaxSuppressionV2", (BOXES, SCORES, one(4), one(0.5, np.float32))),
    Case("NonMaxSuppressionV3", (BOXES, SCORES, one(6), *_LIMITS)),
    Case("NonMaxSuppressionV4", (BOXES, SCORES, one(5), *_LIMITS), {"pad_to_max_output_size": True}, 2),
    Case("NonMaxSuppressionV4", (BOXES, SCORES, one(5), *_LIMITS), {}, 2),
    Case(
        "NonMaxSuppressionV5",
        (BOXES, SCORES, one(6), one(1, np.float32), one(0.2, np.float32), one(0.5, np.float32)),
        {},
        3,
    ),
    Case(
        "NonMaxSuppressionV5",
        (BOXES, SCORES, one(6), *_LIMITS, one(0, np.float32)),
        {"pad_to_max_output_size": True},
        3,
    ),
    *(
        Case(
            "CombinedNonMaxSuppression",
            (
                np.abs(unit(2, 12, shared, 4)).cumsum(-1) / 3,
                np.abs(unit(2, 12, 3)),
                one(4),
                one(9),
                one(0.4, np.float32),
                one(0.2, np.float32),
            ),
            {"pad_per_class": per_class, "clip_boxes": clip},
            4,
        )
        for shared, per_class, clip in ((1, False, True), (3, False, False), (1, True, True))
    ),
]
CASES = [*_CONVOLUTIONS, *_POOLING, *_NORMALISATION, *_RESIZED, *_SPACE, *_BOXES]
