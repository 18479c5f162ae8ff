"""Pictures of another size, and boxes of detectors."""

from __future__ import annotations

import numpy as np

from tests.frontends.mxnet.cases import case, uniform

case("UpSampling", (1, 2, 3, 4), scale=2, sample_type="nearest", num_args=1)
case("UpSampling", (1, 2, 4, 4), (1, 3, 2, 2), name="two", scale=2, sample_type="nearest", num_args=2)
case(
    "UpSampling",
    (1, 2, 4, 4),
    (1, 2, 2, 2),
    name="sum",
    scale=2,
    sample_type="nearest",
    num_args=2,
    multi_input_mode="sum",
)
case(
    "UpSampling",
    (1, 2, 3, 4),
    (2, 1, 4, 4),
    name="bilinear",
    params=(1,),
    scale=2,
    sample_type="bilinear",
    num_filter=2,
    num_args=2,
)
case(
    "UpSampling",
    (1, 2, 3, 4),
    (2, 1, 5, 5),
    name="bilinear_odd",
    params=(1,),
    scale=3,
    sample_type="bilinear",
    num_filter=2,
    num_args=2,
)
case("_contrib_BilinearResize2D", (1, 2, 4, 5), height=7, width=9)
case("_contrib_BilinearResize2D", (1, 2, 4, 5), name="half", height=7, width=3, align_corners=False)
case("_contrib_BilinearResize2D", (1, 2, 4, 5), name="scale", scale_height=2, scale_width=1.5)
case("_contrib_BilinearResize2D", (1, 2, 4, 5), name="odd", scale_height=2, scale_width=2, mode="odd_scale")
case("_contrib_BilinearResize2D", (1, 2, 4, 5), (1, 1, 6, 8), name="like", mode="like")
for mode in ("to_even_down", "to_even_up", "to_odd_down", "to_odd_up"):
    case("_contrib_BilinearResize2D", (1, 2, 4, 5), name=mode, mode=mode)
case("_contrib_AdaptiveAvgPooling2D", (1, 2, 7, 9), output_size="(3, 4)")
case("_contrib_AdaptiveAvgPooling2D", (1, 2, 7, 9), name="square", output_size="3")
case("_contrib_AdaptiveAvgPooling2D", (1, 2, 7, 9), name="all")


def boxes(count, seed, scale=1.0):
    """Boxes by their corners."""
    random = np.random.RandomState(seed)
    low = random.uniform(0, 0.6, (count, 2))
    return (np.concatenate([low, low + random.uniform(0.1, 0.4, (count, 2))], 1) * scale).astype(np.float32)


def rows(batch, count, seed):
    """(class, score, box)"""
    random = np.random.RandomState(seed)
    made = [
        np.concatenate(
            [random.randint(0, 3, (count, 1)), random.uniform(-0.2, 1, (count, 1)), boxes(count, seed + i)], 1
        )
        for i in range(batch)
    ]
    return np.stack(made).astype(np.float32)


ROWS = rows(2, 20, 3)
CENTERS = np.concatenate([ROWS[..., :2], (ROWS[..., 2:4] + ROWS[..., 4:]) / 2, ROWS[..., 4:] - ROWS[..., 2:4]], -1)
case("_contrib_box_nms", ROWS, overlap_thresh=0.3, id_index=0)
case("_contrib_box_nms", ROWS, name="force", overlap_thresh=0.3, id_index=0, force_suppress=True, valid_thresh=0.1)
case("_contrib_box_nms", ROWS, name="topk", overlap_thresh=0.3, topk=7, id_index=0)
case("_contrib_box_nms", ROWS[0], name="matrix", overlap_thresh=0.4)
case("_contrib_box_nms", ROWS, name="background", overlap_thresh=0.3, id_index=0, background_id=1)
case(
    "_contrib_box_nms",
    CENTERS.astype(np.float32),
    name="center",
    overlap_thresh=0.3,
    in_format="center",
    out_format="corner",
)
case("_contrib_box_nms", ROWS, name="to_center", overlap_thresh=0.3, out_format="center")
case("_contrib_box_iou", boxes(4, 1), boxes(5, 2))
case("_contrib_box_iou", boxes(4, 1), boxes(5, 2), name="center", format="center")
case("_contrib_box_decode", (2, 5, 4), uniform((1, 5, 4), 0.2, 0.8))
case(
    "_contrib_box_decode",
    (2, 5, 4),
    boxes(5, 4)[None],
    name="corner",
    format="corner",
    std0=0.1,
    std1=0.1,
    std2=0.2,
    std3=0.2,
    clip=0.3,
)
case("_contrib_MultiBoxPrior", (1, 2, 3, 5), sizes="(0.3, 0.5)", ratios="(1, 2, 0.5)")
case(
    "_contrib_MultiBoxPrior",
    (1, 2, 3, 5),
    name="clip",
    sizes="(0.8,)",
    ratios="(2, 1)",
    clip=True,
    steps="(0.3, 0.2)",
    offsets="(0.4, 0.6)",
)
SCORES = np.exp(np.random.RandomState(5).standard_normal((2, 4, 12)).astype(np.float32) * 2)
SCORES = SCORES / SCORES.sum(1, keepdims=True)
OFFSETS = np.random.RandomState(6).standard_normal((2, 48)).astype(np.float32)
ANCHORS = boxes(12, 7)[None]
case("_contrib_MultiBoxDetection", SCORES, OFFSETS, ANCHORS, threshold=0.3, nms_threshold=0.3)
case(
    "_contrib_MultiBoxDetection",
    SCORES,
    OFFSETS,
    ANCHORS,
    name="force",
    nms_threshold=0.4,
    force_suppress=True,
    clip=False,
)
case("_contrib_MultiBoxDetection", SCORES, OFFSETS, ANCHORS, name="topk", nms_threshold=0.3, nms_topk=5)

REGIONS = np.array([[0, 1, 1, 6, 5], [1, 0, 2, 3, 7], [0, 2.5, 0.4, 7.6, 6.2]], np.float32)
case("ROIPooling", (2, 3, 8, 9), REGIONS, pooled_size="(2, 3)", spatial_scale=1)
case(
    "ROIPooling",
    (2, 3, 8, 9),
    REGIONS * np.float32([1, 2, 2, 2, 2]),
    name="scale",
    pooled_size="(3, 3)",
    spatial_scale=0.5,
)
case("_contrib_ROIAlign", (2, 3, 8, 9), REGIONS, pooled_size="(2, 3)", spatial_scale=1, sample_ratio=2)
case("_contrib_ROIAlign", (2, 3, 8, 9), REGIONS, name="adaptive", pooled_size="(2, 2)", spatial_scale=0.5)
case("_contrib_ROIAlign", (2, 3, 8, 9), REGIONS, name="aligned", pooled_size="(2, 2)", spatial_scale=1, aligned=True)
case(
    "_contrib_DeformableConvolution",
    (2, 4, 6, 7),
    (2, 18, 6, 7),
    (3, 4, 3, 3),
    (3,),
    params=(2, 3),
    kernel="(3, 3)",
    pad="(1, 1)",
    num_filter=3,
)
case(
    "_contrib_ModulatedDeformableConvolution",
    (2, 4, 6, 7),
    (2, 18, 6, 7),
    (2, 9, 6, 7),
    (3, 4, 3, 3),
    (3,),
    params=(3, 4),
    kernel="(3, 3)",
    pad="(1, 1)",
    num_filter=3,
)
case("Correlation", (2, 3, 6, 7), (2, 3, 6, 7), max_displacement=2, pad_size=2)
case(
    "Correlation",
    (1, 4, 9, 8),
    (1, 4, 9, 8),
    name="wide",
    kernel_size=3,
    max_displacement=4,
    stride1=2,
    stride2=2,
    pad_size=4,
)
case(
    "Correlation", (1, 4, 9, 8), (1, 4, 9, 8), name="far", max_displacement=3, stride1=2, pad_size=3, is_multiply=False
)
case("GridGenerator", (2, 6), transform_type="affine", target_shape="(3, 4)")
case("GridGenerator", (2, 2, 3, 4), name="warp", transform_type="warp")
case("BilinearSampler", (2, 3, 5, 6), uniform((2, 2, 4, 3), -1.2, 1.2))
case(
    "SpatialTransformer",
    (2, 3, 5, 6),
    uniform((2, 6), -0.6, 0.6),
    target_shape="(4, 3)",
    transform_type="affine",
    sampler_type="bilinear",
)
PROPOSED = {"scales": "(2, 4)", "ratios": "(0.5, 1)", "feature_stride": 8, "rpn_min_size": 4}
PROBABLE = uniform((1, 8, 5, 6), 0, 1, 21)
MOVES = uniform((1, 16, 5, 6), -0.3, 0.3, 22)
INFO = np.array([[40, 44, 1]], np.float32)
case("_contrib_Proposal", PROBABLE, MOVES, INFO, rpn_pre_nms_top_n=30, rpn_post_nms_top_n=8, threshold=0.6, **PROPOSED)
case(
    "_contrib_Proposal",
    PROBABLE,
    MOVES,
    INFO,
    name="again",
    outputs=2,
    rpn_pre_nms_top_n=12,
    rpn_post_nms_top_n=20,
    threshold=0.3,
    output_score=True,
    **PROPOSED,
)
case(
    "_contrib_MultiProposal",
    np.repeat(PROBABLE, 2, 0) * uniform((2, 8, 5, 6), 0.5, 1, 23),
    np.repeat(MOVES, 2, 0),
    np.array([[40, 44, 1], [32, 48, 1.2]], np.float32),
    rpn_pre_nms_top_n=30,
    rpn_post_nms_top_n=8,
    threshold=0.6,
    **PROPOSED,
)
