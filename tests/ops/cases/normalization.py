"""Cases of normalisation, softmax and FakeQuantize."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, normal, scalar, uniform

_A = frozenset({1})
_X = normal(2, 17, 3, 5)
_NHW = {0: "N,17,H,W"}


def _vectors(n, count):
    return tuple(uniform(0.3, 2.0, n, seed=i) for i in range(count))


def _fake_quantize(levels, name, x, *limits, **more):
    return Case(ops.FakeQuantize(levels), (x, *limits), f"FakeQuantize-{name}", frozenset({1, 2, 3, 4}), **more)


CASES = [
    Case(ops.BatchNormInference(1e-3), (_X, *_vectors(17, 4)), "BatchNormInference", symbolic=_NHW, tolerance=1e-5),
    Case(ops.BatchNormInference(1e-5), (normal(3, 5), *_vectors(5, 4)), "BatchNormInference-2d", tolerance=1e-5),
    *(
        Case(ops.MVN(1e-5, variance, mode), (_X, i64(*axes)), f"MVN-{i}", _A, _NHW, tolerance=1e-5)
        for i, (variance, mode, axes) in enumerate(
            (
                (True, "inside_sqrt", (1, 2, 3)),
                (True, "outside_sqrt", (2, 3)),
                (False, "inside_sqrt", (2, 3)),
                (True, "inside_sqrt", (-1,)),
                (True, "inside_sqrt", (1,)),
            )
        )
    ),
    Case(ops.MVN(1e-9), (normal(3, 20), i64(1)), "MVN-layer-norm", _A, {0: "N,20"}, tolerance=1e-5),
    Case(ops.GroupNormalization(3, 1e-5), (normal(2, 6, 5, 3), *_vectors(6, 2)), "GroupNormalization",
         symbolic={0: "N,6,H,W"}, tolerance=1e-5),
    Case(ops.GroupNormalization(1, 1e-5), (normal(2, 5, 7), *_vectors(5, 2)), "GroupNormalization-one", tolerance=1e-5),
    *(
        Case(ops.NormalizeL2(eps, mode), (_X, i64(*axes)), f"NormalizeL2-{i}", _A, _NHW, tolerance=1e-5)
        for i, (eps, mode, axes) in enumerate(
            ((1e-4, "add", (1,)), (1e-4, "max", (1,)), (5.0, "max", (1,)), (0.1, "add", (1, 2, 3)))
        )
    ),
    Case(ops.NormalizeL2(1e-6, "add"), (normal(3, 33), i64(1)), "NormalizeL2-2d", _A, tolerance=1e-5),
    Case(ops.LRN(1e-1, 0.75, 1.0, 5), (_X, i64(1)), "LRN-channels", _A, _NHW, tolerance=1e-5),
    Case(ops.LRN(2e-1, 0.5, 2.0, 3), (_X, i64(2, 3)), "LRN-space", _A, tolerance=1e-5),
    Case(ops.LRN(1e-1, 0.75, 1.0, 4), (_X, i64(1)), "LRN-even", _A, tolerance=1e-5, openvino=False,
         why="the CPU device centres an even window elsewhere"),
    *(
        Case(op(axis), (normal(2, 5, 17),), f"{op.__name__}-{axis}", symbolic={0: "N,5,M"}, tolerance=1e-5)
        for op in (ops.SoftMax, ops.Softmax8, ops.LogSoftmax)
        for axis in (0, 1, 2)
    ),
    Case(ops.Softmax8(-1), (normal(3, 33),), "Softmax8-last", symbolic={0: "N,33"}, tolerance=1e-5),
    Case(ops.Softmax8(-3), (normal(2, 3, 5, 7),), "Softmax8-channels", tolerance=1e-5),
    Case(ops.Softmax8(1), (normal(2, 9, scale=60.0),), "Softmax8-wide", tolerance=1e-5),
    Case(ops.Softmax8(-1), (normal(3, 300, dtype="f2"),), "Softmax8-f16", tolerance=2e-3),
    Case(ops.LogSoftmax(-1), (normal(3, 33, scale=30.0),), "LogSoftmax-last", tolerance=1e-5),
    _fake_quantize(256, "symmetric", normal(2, 3, 5), *(scalar(v) for v in (-2, 2, -2, 2)), symbolic={0: "N,3,M"},
                   tolerance=1e-5),
    _fake_quantize(16, "outputs", normal(2, 3, 5), *(scalar(v) for v in (-1, 1, 0, 7.5)), tolerance=1e-5),
    _fake_quantize(255, "channels", normal(2, 3, 5), -_vectors(3, 1)[0].reshape(3, 1), _vectors(3, 2)[1].reshape(3, 1),
                   scalar(-1), scalar(1), tolerance=1e-5),
    _fake_quantize(2, "binary", normal(2, 3, 5), *(scalar(v) for v in (-0.5, 0.5, -1, 1))),
]  # fmt: skip
