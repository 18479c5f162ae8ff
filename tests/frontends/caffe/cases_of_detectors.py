"""Layer types of detectors, recurrent nets and FlowNet."""

from __future__ import annotations

import numpy as np

from tests.frontends.caffe import formulas, formulas_of_flow
from tests.frontends.caffe.case import Case, one
from tests.frontends.caffe.net import Net, layer

_RNG = np.random.default_rng(5)
_SCORES = _RNG.uniform(0, 1, (1, 12, 4, 6)).astype(np.float32)
_DELTAS = _RNG.normal(0, 0.2, (1, 24, 4, 6)).astype(np.float32)
_REGIONS = np.array([[0, 0, 0, 9, 12], [0, 3, 2, 16, 15], [0, 5, 5, 6, 8]], np.float32)
_PROPOSAL = """proposal_param { feat_stride: 16 base_size: 16 min_size: 16 ratio: 0.5 ratio: 1 ratio: 2
    scale: 2 scale: 4
    pre_nms_topn: 60 post_nms_topn: 6 nms_thresh: 0.6 }"""
_CONT = np.array([[0, 0], [1, 1], [1, 0], [1, 1]], np.float32)

CASES = (
    Case(
        "PriorBox",
        "all",
        Net(
            {"x": (1, 4, 3, 2), "i": (1, 3, 30, 40)},
            layer(
                "PriorBox",
                """prior_box_param {
        min_size: 8 min_size: 12 max_size: 16 max_size: 20 aspect_ratio: 2 aspect_ratio: 3 flip: true clip: true
        variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }""",
                "x,i",
            ),
        ),
    ),
    Case(
        "PriorBox",
        "step",
        Net(
            {"x": (1, 4, 3, 2), "i": (1, 3, 30, 40)},
            layer(
                "PriorBox",
                """prior_box_param {
        min_size: 8 aspect_ratio: 2 flip: false clip: false step: 11 offset: 0.25 variance: 0.3 }""",
                "x,i",
            ),
        ),
    ),
    Case(
        "DetectionOutput",
        "shared",
        Net(
            {
                "x": (1, 48),
                "c": (1, 36),
                "p": np.concatenate(
                    [
                        np.sort(np.random.default_rng(1).uniform(0, 1, (1, 12, 2, 2)), 2).reshape(1, 1, 48),
                        np.full((1, 1, 48), 0.1),
                    ],
                    1,
                ).astype(np.float32),
            },
            layer(
                "DetectionOutput",
                """detection_output_param {
        num_classes: 3 share_location: true background_label_id: 0
        nms_param { nms_threshold: 0.4 top_k: 10 } code_type: CENTER_SIZE keep_top_k: 5
        confidence_threshold: 0.01 }""",
                "x,c,p",
            ),
        ),
    ),
    Case(
        "PriorBoxClustered",
        "plain",
        Net(
            {"x": (1, 4, 3, 2), "i": (1, 3, 30, 40)},
            layer(
                "PriorBoxClustered",
                "prior_box_param { width: 4 height: 6 width: 9 height: 3 step: 8 variance: 0.1 }",
                "x,i",
            ),
        ),
        lambda x, i: formulas.clustered(3, 2, 30, 40, 8, [(4, 6), (9, 3)]),
    ),
    one(
        "RegionYolo",
        "softmax",
        "region_yolo_param { classes: 3 num: 2 }",
        (1, 16, 2, 3),
        expected=lambda x: formulas.region(x, 2, 3, True).reshape(1, -1),
    ),
    one(
        "RegionYolo",
        "logistic",
        "region_yolo_param { classes: 3 num: 6 do_softmax: false mask: 0 mask: 1 }",
        (1, 16, 2, 3),
        expected=lambda x: formulas.region(x, 2, 3, False),
    ),
    one("Reorg", "plain", "reorg_param { stride: 2 }", (1, 4, 4, 6), expected=lambda x: formulas.reorg(x, 2)),
    one("ReorgYolo", "plain", "reorg_yolo_param { stride: 2 }", (1, 4, 4, 6), expected=lambda x: formulas.reorg(x, 2)),
    Case(
        "Proposal",
        "plain",
        Net(
            {"s": _SCORES, "d": _DELTAS, "i": np.array([[64, 96, 1]], np.float32)},
            layer("Proposal", _PROPOSAL, "s,d,i"),
        ),
        lambda s, d, i: formulas.proposal(s, d, i, 16, (0.5, 1, 2), (2, 4), 60, 6, 0.6),
    ),
    Case(
        "SimplerNMS",
        "sizes that are cut, deltas first",
        Net(
            {"d": _DELTAS, "s": _SCORES, "i": np.array([[64.7, 96.2, 1.4]], np.float32)},
            layer(
                "SimplerNMS",
                """simpler_nms_param { iou_threshold: 0.6 min_bbox_size: 16 feat_stride: 16
        pre_nms_topn: 60 post_nms_topn: 6 scale: 2 scale: 4 }""",
                "d,s,i",
            ),
        ),
        lambda d, s, i: formulas.proposal(s, d, np.floor(i), 16, (0.5, 1, 2), (2, 4), 60, 6, 0.6),
    ),
    Case(
        "ROIPooling",
        "plain",
        Net(
            {"x": (1, 3, 8, 9), "r": _REGIONS},
            layer("ROIPooling", "roi_pooling_param { pooled_h: 3 pooled_w: 2 spatial_scale: 0.5 }", "x,r"),
        ),
    ),
    Case(
        "PSROIPooling",
        "plain",
        Net(
            {"x": (1, 8, 8, 9), "r": _REGIONS},
            layer("PSROIPooling", "psroi_pooling_param { output_dim: 2 group_size: 2 spatial_scale: 0.5 }", "x,r"),
        ),
        lambda x, r: formulas.psroi(x, r, 2, 2, 0.5),
    ),
    one(
        "LSTM",
        "plain",
        "recurrent_param { num_output: 3 }",
        (4, 2, 5),
        [(12, 5), (12,), (12, 3)],
        lambda x, c, *w: formulas.lstm(x, c, *w)[0],
        "x,c",
        c=_CONT,
    ),
    one(
        "LSTM",
        "states",
        "recurrent_param { num_output: 3 expose_hidden: true }",
        (4, 2, 5),
        [(12, 5), (12,), (12, 3)],
        lambda x, c, h, k, *w: formulas.lstm(x, c, *w, h, k),
        "x,c,h,k",
        "y,a,b",
        c=_CONT,
        h=(1, 2, 3),
        k=(1, 2, 3),
    ),
    one(
        "LSTM",
        "static",
        "recurrent_param { num_output: 3 }",
        (4, 2, 5),
        [(12, 5), (12,), (12, 4), (12, 3)],
        lambda x, c, s, w, b, ws, wh: formulas.lstm(x, c, w, b, wh, static=s @ ws.T)[0],
        "x,c,s",
        c=_CONT,
        s=(2, 4),
    ),
    one(
        "RNN",
        "plain",
        "recurrent_param { num_output: 3 }",
        (4, 2, 5),
        [(3, 5), (3,), (3, 3), (3, 3), (3,)],
        formulas.rnn,
        "x,c",
        c=_CONT,
    ),
    one(
        "Correlation",
        "plain",
        "correlation_param { pad: 3 kernel_size: 1 max_displacement: 3 stride_1: 2 stride_2: 2 }",
        (1, 4, 7, 6),
        bottom="x,a",
        a=(1, 4, 7, 6),
        expected=lambda x, a: formulas_of_flow.correlation(x, a, 3, 1, 3, 2, 2),
    ),
    one(
        "CTCGreedyDecoder",
        "plain",
        "",
        (9, 3, 3),
        bottom="x,m",
        m=np.array([[1] * 3] * 6 + [[1, 1, 0]] * 2 + [[1, 0, 0]], np.float32),
        expected=formulas.ctc,
    ),
)
