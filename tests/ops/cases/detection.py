"""Cases of the last layers of detectors: prior boxes and what is made of answers."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, normal

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
]
