"""Cases of the last layers of detectors: prior boxes and what is made of answers."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.ops.detection_output import CENTER_SIZE, CORNER_SIZE
from tests.ops.case import Case, i64, normal, uniform

_BOTH = frozenset({0, 1})
_GRID = (i64(3, 5), i64(60, 90))
_VARIANCES = (0.1, 0.1, 0.2, 0.2)


def _priors(name, *, free=False, old=True, **attributes):
    kinds = [ops.PriorBox, ops.PriorBox8] if old else [ops.PriorBox8]
    constants = frozenset({0}) if free else _BOTH
    return [
        Case(kind(variance=_VARIANCES, **attributes), _GRID, f"PriorBox-{kind.opset[5:]}/{name}", constants)
        for kind in kinds
    ]


_PRIORS, _CLASSES = 30, 4


def _detection(name, *, images=2, old=False, aux=False, priors=1, seed=0, openvino=True, why="", **attributes):
    """Boxes round some centres, so that many overlap; scores with equal ones among them."""
    first = np.random.default_rng(seed).uniform(0, 0.7, (priors, _PRIORS, 2))
    first[:, 1::3] = first[:, ::3] + 0.03
    places = np.concatenate([first, first + uniform(0.1, 0.3, priors, _PRIORS, 2, seed=seed)], -1)
    width, height = attributes.get("input_width", 1), attributes.get("input_height", 1)
    if not attributes.get("normalized", False):
        places = np.concatenate([np.zeros((priors, _PRIORS, 1)), places * [width, height, width, height]], -1)
    rows = [places.reshape(priors, 1, -1)]
    if not attributes.get("variance_encoded_in_target", False):
        spread = np.full((priors, 1, rows[0].shape[2]), 0.2)
        spread[..., ::2] = 0.1
        rows.append(spread)
    locations = 1 if attributes.get("share_location", True) else _CLASSES
    logits = [normal(images, _PRIORS * locations * 4, seed=seed + k, scale=0.3) for k in (0, 1)]
    scores = [uniform(0, 1, images, _PRIORS * k, seed=seed).round(2) for k in (_CLASSES, 2)]
    inputs = [logits[0], scores[0], np.concatenate(rows, 1).astype(np.float32)]
    inputs += [scores[1], logits[1]] if aux else []
    given = {"keep_top_k": (12,), "nms_threshold": 0.4, **attributes}
    op = ops.DetectionOutput(num_classes=_CLASSES, **given) if old else ops.DetectionOutput8(**given)
    symbolic = {0: f"N,{logits[0].shape[1]}", 1: f"N,{scores[0].shape[1]}"} if priors == 1 and not aux else {}
    return Case(op, tuple(inputs), f"DetectionOutput/{name}", frozenset(), symbolic, openvino=openvino, why=why)


_CENTER = {"code_type": CENTER_SIZE, "normalized": True}

CASES = [
    *_priors("a square", min_size=(16.0,), offset=0.5),
    *_priors("picture at run time", free=True, min_size=(16.0, 20.0), max_size=(30.0,), offset=0.5),
    *_priors("ratios", min_size=(16.0, 31.5), max_size=(38.46, 50.0), aspect_ratio=(2.0, 3.0), flip=True, offset=0.5),
    *_priors("clipped", min_size=(40.0,), aspect_ratio=(1.0, 2.0), clip=True, step=20.0, offset=0.25),
    *_priors("density", fixed_size=(32.0, 7.0), density=(2.0, 3.0), fixed_ratio=(1.0,), offset=0.5, step=16.0),
    *_priors("density and ratios", fixed_size=(33.0,), density=(3.0,), aspect_ratio=(2.0,), flip=True, offset=0.5),
    *_priors(
        "of the height",
        min_size=(0.1, 0.141),
        aspect_ratio=(2.0, 0.5),
        scale_all_sizes=False,
        step=-1.0,
        offset=0.5,
        free=True,
    ),
    *_priors("steps of the height", min_size=(0.2,), scale_all_sizes=False, step=0.25, offset=0.5),
    *_priors(
        "ratios first",
        old=False,
        min_size=(16.0,),
        max_size=(30.0,),
        aspect_ratio=(2.0,),
        offset=0.5,
        min_max_aspect_ratios_order=False,
    ),
    Case(ops.PriorBox((16.0,), offset=0.5), _GRID, "PriorBox-1/usual variances", _BOTH),
    Case(ops.PriorBox((16.0,), offset=0.5, variance=(0.3,)), _GRID, "PriorBox-1/one variance", _BOTH),
    Case(
        ops.PriorBoxClustered((86.0, 13.0), (44.0, 10.0), 16.0, offset=0.5, variance=_VARIANCES, clip=False),
        _GRID,
        "PriorBoxClustered/step",
        _BOTH,
    ),
    Case(
        ops.PriorBoxClustered((8.6, 13.0), (44.0, 1.0), step_w=18.0, step_h=20.0, variance=_VARIANCES),
        _GRID,
        "PriorBoxClustered/two steps, clipped",
        frozenset({0}),
    ),
    Case(ops.PriorBoxClustered((8.6,), (44.0,), offset=0.5), _GRID, "PriorBoxClustered/of the picture", frozenset({0})),
    Case(ops.RegionYolo(1, 4, 3, 3, 2), (normal(2, 16, 3, 5),), "RegionYolo/softmax", symbolic={0: "N,16,H,W"}),
    Case(ops.RegionYolo(1, 4, 3, 3, 2), (normal(1, 16, 3, 5),), "RegionYolo/joins all", symbolic={0: "N,16,H,W"}),
    Case(
        ops.RegionYolo(1, 4, 2, 3, 6, False, (0, 1)),
        (normal(2, 14, 3, 5),),
        "RegionYolo/sigmoid",
        symbolic={0: "N,14,H,W"},
    ),
    Case(ops.ReorgYolo((2,)), (normal(2, 8, 4, 6),), "ReorgYolo/two", symbolic={0: "N,8,4,6"}),
    Case(ops.ReorgYolo((3,)), (normal(1, 9, 3, 6),), "ReorgYolo/three"),
    _detection("corners", normalized=True),
    _detection("SSD", old=True, **_CENTER, top_k=20, confidence_threshold=0.3),
    _detection("all are kept", **_CENTER, keep_top_k=(-1,), top_k=9, confidence_threshold=0.2),
    _detection("few are kept", **_CENTER, keep_top_k=(2,), nms_threshold=0.9),
    _detection("fewer than wanted", **_CENTER, keep_top_k=(200,), confidence_threshold=0.9),
    _detection("none", **_CENTER, confidence_threshold=2.0),
    _detection("in pixels", code_type=CENTER_SIZE, input_width=300, input_height=200),
    _detection("no background", **_CENTER, background_label_id=-1, images=1),
    _detection("background in the middle", **_CENTER, background_label_id=2),
    _detection("a box a class", **_CENTER, share_location=False, top_k=10),
    _detection("priors of each picture", **_CENTER, priors=2),
    _detection("clipped before", **_CENTER, clip_before_nms=True, seed=3),
    _detection("clipped after", **_CENTER, clip_after_nms=True, seed=3),
    _detection("variances are in the boxes", **_CENTER, variance_encoded_in_target=True),
    _detection("corners, variances are in the boxes", normalized=True, variance_encoded_in_target=True),
    _detection("corner sizes", normalized=True, code_type=CORNER_SIZE, openvino=False, why="it knows two codes"),
    _detection("best class", **_CENTER, decrease_label_id=True, confidence_threshold=0.3),
    _detection("best class, cut", **_CENTER, decrease_label_id=True, top_k=11, keep_top_k=(5,)),
    _detection("best class, a box a class", **_CENTER, decrease_label_id=True, share_location=False),
    _detection("moved priors", **_CENTER, aux=True, objectness_score=0.4),
    _detection("moved priors, a box a class", **_CENTER, aux=True, share_location=False, keep_top_k=(-1,)),
    _detection("moved priors, best class", **_CENTER, aux=True, decrease_label_id=True, objectness_score=0.4),
]
