"""Cases of what detectors of the Detectron family are made of."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, normal, uniform

_PRIORS = np.array([[-30, -12, 30, 12], [-20, -20, 20, 20], [-10, -22, 10, 22]], np.float32)


def _grid(name, openvino=True, why="", **attributes):
    op = ops.ExperimentalDetectronPriorGridGenerator(**attributes)
    inputs = (_PRIORS, normal(1, 2, 4, 5), normal(1, 3, 60, 90))
    return Case(op, inputs, f"PriorGrid/{name}", frozenset(), {1: "1,2,H,W", 2: "1,3,P,Q"},
                openvino=openvino, why=why)  # fmt: skip


def _anchors(high, wide):
    made = ops.ExperimentalDetectronPriorGridGenerator(flatten=False, stride_x=16.0, stride_y=16.0)
    return made.evaluate(_PRIORS, np.zeros((1, 1, high, wide), np.float32), np.zeros((1, 1, 1, 1), np.float32))


def _scores(*shape, seed=0):
    """No two are equal."""
    order = np.random.default_rng(seed).permutation(int(np.prod(shape)))
    return ((order.reshape(shape) + 1) / (order.size + 1)).astype(np.float32)


def _single(name, **attributes):
    given = {"min_size": 4.0, "nms_threshold": 0.6, "pre_nms_count": 40, "post_nms_count": 9, **attributes}
    op = ops.ExperimentalDetectronGenerateProposalsSingleImage(**given)
    inputs = (np.array([80, 112, 1], np.float32), _anchors(5, 7).reshape(-1, 4), normal(12, 5, 7, scale=0.4))
    return Case(op, (*inputs, _scores(3, 5, 7)), f"ProposalsSingleImage/{name}", tolerance=4e-6)


def _many(name, numbers=3, **attributes):
    given = {"min_size": 4.0, "nms_threshold": 0.6, "pre_nms_count": 40, "post_nms_count": 9, **attributes}
    op = ops.GenerateProposals(**given)
    image = np.array([[80, 112, 1, 1.5], [70, 100, 2, 1]], np.float32)[:, :numbers]
    inputs = (image, _anchors(5, 7), normal(2, 12, 5, 7, scale=0.4), _scores(2, 3, 5, 7))
    return Case(op, inputs, f"GenerateProposals/{name}", frozenset(), {0: f"N,{numbers}", 2: "N,12,5,7", 3: "N,3,5,7"},
                tolerance=4e-6)  # fmt: skip


def _boxes(count, seed=0):
    low = uniform(0, 60, count, 2, seed=seed)
    low[1::3] = low[: len(low[1::3])] + 1
    return np.concatenate([low, low + uniform(2, 30, count, 2, seed=seed)], 1).astype(np.float32)


def _features(name, **attributes):
    op = ops.ExperimentalDetectronROIFeatureExtractor(3, **attributes)
    levels = [normal(1, 2, size, size + 2) for size in (40, 20, 10)]
    rois = np.array([[3, 4, 50, 60], [0, 10, 150, 149], [20, 20, 140, 90], [9, 9, 9, 12], [100, 90, 160, 161]], "f4")
    return Case(op, (rois * np.float32(2.3), *levels), f"ROIFeatures/{name}", frozenset(), {0: "R,4"})


def _answers(name, **attributes):
    given = {"score_threshold": 0.3, "nms_threshold": 0.4, "num_classes": 4, "post_nms_count": 10,
             "max_detections_per_image": 16, "max_delta_log_wh": 0.5, "deltas_weights": (10.0, 10.0, 5.0, 5.0),
             **attributes}  # fmt: skip
    op = ops.ExperimentalDetectronDetectionOutput(**given)
    inputs = (_boxes(16), normal(16, 16), _scores(16, 4), np.array([[70, 90, 1]], np.float32))
    return Case(op, inputs, f"DetectronOutput/{name}")


def _class_nms(kind, name, *, rois=None, pixels=False, **attributes):
    """Boxes that overlap; no two scores are equal."""
    op = kind(**attributes)
    if rois is None:
        boxes, scores = np.stack([_boxes(20), _boxes(20, seed=1)]), _scores(2, 3, 20)
        inputs, symbolic = (boxes, scores), {0: "N,20,4", 1: "N,3,20"}
    else:
        boxes, scores = np.stack([_boxes(20, seed=k) for k in range(3)]), _scores(3, 20)
        inputs, symbolic = (boxes, scores, np.array(rois)), {}
    boxes = boxes if pixels else boxes / np.float32(90)
    return Case(op, (boxes, *inputs[1:]), f"{kind.__name__}/{name}", frozenset(), symbolic)


_ORDERS = {
    f"by {kind}{', of all pictures' if across else ''}": {
        "sort_result_type": kind, "sort_result_across_batch": across
    }
    for kind in ("none", "score", "classid")
    for across in (False, True)
}  # fmt: skip


CASES = [
    _grid("of the picture"),
    _grid("strides", stride_x=16.0, stride_y=12.0, flatten=False),
    _grid("another grid", openvino=False, why="its result has the rows of the feature map", h=3, w=2),
    Case(
        ops.ExperimentalDetectronTopKROIs(5), (_boxes(9), _scores(9)), "TopKROIs/some", frozenset(), {0: "R,4", 1: "R"}
    ),
    _single("usual"),
    _single("fewer than wanted", post_nms_count=40, nms_threshold=0.2),
    _many("usual"),
    _many("in pixels", normalized=False, numbers=4),
    _many("many small ones", min_size=30.0, roi_num_type="i32"),
    _many("all", pre_nms_count=10**6, nms_threshold=0.9, post_nms_count=1000),
    _features("counted", sampling_ratio=2, pyramid_scales=(4, 8, 16)),
    _features("as many as pixels", sampling_ratio=0, pyramid_scales=(4, 8, 16)),
    _features("aligned", sampling_ratio=2, pyramid_scales=(4, 8, 16), aligned=True),
    _answers("usual"),
    _answers("cut by class", post_nms_count=2),
    _answers("cut", score_threshold=0.05, max_detections_per_image=16, nms_threshold=0.9),
    *(
        _class_nms(ops.MulticlassNms, name, iou_threshold=0.3, score_threshold=0.2, keep_top_k=17, **order)
        for name, order in _ORDERS.items()
    ),
    _class_nms(ops.MulticlassNms, "few candidates", iou_threshold=0.1, nms_top_k=7, background_class=1),
    _class_nms(ops.MulticlassNms, "in pixels", iou_threshold=0.3, normalized=False, pixels=True, output_type="i32"),
    _class_nms(ops.MulticlassNms, "threshold that shrinks", iou_threshold=0.9, nms_eta=0.7),
    _class_nms(ops.MulticlassNms, "none", iou_threshold=0.3, score_threshold=2.0),
    _class_nms(ops.MulticlassNms9, "of opset 9", iou_threshold=0.3, keep_top_k=9),
    _class_nms(ops.MulticlassNms9, "of each class", iou_threshold=0.3, rois=(7, 0, 13), keep_top_k=9),
    _class_nms(
        ops.MulticlassNms9,
        "of each class, sorted",
        iou_threshold=0.3,
        rois=(7, 13),
        background_class=0,
        sort_result_type="classid",
    ),
    *(
        _class_nms(ops.MatrixNms, name, score_threshold=0.2, keep_top_k=17, post_threshold=0.1, **order)
        for name, order in _ORDERS.items()
    ),
    _class_nms(ops.MatrixNms, "gaussian", decay_function="gaussian", gaussian_sigma=1.5, nms_top_k=9),
    _class_nms(ops.MatrixNms, "in pixels", normalized=False, pixels=True, background_class=2),
]
