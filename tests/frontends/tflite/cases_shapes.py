"""Shapes, parts of tensors, reductions."""

import numpy as np

from tests.frontends.tflite.case import OPTIMISED, ORACLE, one
from tests.frontends.tflite.cases_elementwise import R, bytes_of, f, i, reseed
from tests.frontends.tflite.graphs import const, given, like

F = np.float32


def ints(*numbers):
    return const(np.array(numbers, np.int32))


def _moved(op, data, rest, kind, label="", **values):
    """The same of floats, of integers and of quantised bytes."""
    shape = data
    yield one(op, [f(*shape), *rest], [like(F)], kind, label=label or "f32", **values)
    name = f"{label}-i8" if label else "i8"
    yield one(op, [given(bytes_of(*shape), 0.03, 5), *rest], [like(np.int8, 0.03, 5)], kind, label=name, **values)


def _shapes():
    yield from _moved("RESHAPE", (2, 3, 4), [ints(4, -1)], "ReshapeOptions", new_shape=(4, 6))
    yield one("RESHAPE", [f(2, 3, 4)], [like(F)], "ReshapeOptions", label="attribute", new_shape=(6, 4))
    yield from _moved("SQUEEZE", (2, 1, 4, 1), [], "SqueezeOptions", squeeze_dims=(1,))
    yield one("SQUEEZE", [f(2, 1, 4, 1)], [like(F)], "SqueezeOptions", label="all")
    yield from _moved("EXPAND_DIMS", (2, 3), [ints(-2)], "ExpandDimsOptions")
    yield from _moved("TRANSPOSE", (2, 3, 4, 5), [ints(2, 0, 3, 1)], "TransposeOptions")
    yield one("SHAPE", [f(2, 3, 4)], [like(np.int32)], "ShapeOptions", out_type="INT32")
    yield one("SHAPE", [f(2, 3, 4)], [like(np.int64)], "ShapeOptions", label="i64", out_type="INT64")
    yield one("RANK", [f(2, 3, 4)], [like(np.int32)], "RankOptions")
    for axis in (0, -1):
        parts = [f(2, 3, 4), f(2, 3, 4)]
        yield one("CONCATENATION", parts, [like(F)], "ConcatenationOptions", label=f"{axis}", axis=axis)
        yield one("PACK", parts, [like(F)], "PackOptions", label=f"{axis}", axis=axis, values_count=2)
    same = [given(bytes_of(2, 3), 0.03, 5), given(bytes_of(2, 4), 0.03, 5)]
    yield one("CONCATENATION", same, [like(np.int8, 0.03, 5)], "ConcatenationOptions", label="i8", axis=1)
    u8 = [given(bytes_of(2, 3, dtype=np.uint8), s, z) for s, z in ((0.03, 120), (0.05, 130))]
    out = [like(np.uint8, 0.06, 128)]
    yield one("CONCATENATION", u8, out, "ConcatenationOptions", label="u8-scales", units=0, axis=1)
    outs = [like(F)] * 3
    yield one("UNPACK", [f(2, 3, 4)], outs, "UnpackOptions", num=3, axis=1)
    yield one("SPLIT", [ints(1), f(2, 6, 4)], outs, "SplitOptions", num_splits=3)
    yield one("SPLIT_V", [f(2, 6, 4), ints(1, 3, 2), ints(1)], outs, "SplitVOptions", num_splits=3)
    pads = const(np.array([[1, 0], [2, 3], [0, 1]], np.int32))
    yield from _moved("PAD", (2, 3, 4), [pads], "PadOptions")
    yield one("PADV2", [f(2, 3, 4), pads, const(np.array(2.5, F))], [like(F)], "PadV2Options")
    number = const(np.array(-7, np.int8), 0.03, 5)
    parts = [given(bytes_of(2, 3, 4), 0.03, 5), pads, number]
    yield one("PADV2", parts, [like(np.int8, 0.03, 5)], "PadV2Options", label="i8")
    mirrored = const(np.array([[1, 0], [2, 1], [0, 1]], np.int32))
    for mode in ("REFLECT", "SYMMETRIC"):
        yield one("MIRROR_PAD", [f(2, 3, 4), mirrored], [like(F)], "MirrorPadOptions", label=mode.lower(), mode=mode)
    yield from _moved("TILE", (2, 3), [ints(2, 3)], "TileOptions")
    yield one("BROADCAST_TO", [f(3, 1), ints(2, 3, 4)], [like(F)], "BroadcastToOptions", version=2)
    yield one("FILL", [ints(2, 3), const(np.array(2.5, F))], [like(F, shape=(2, 3))], "FillOptions")
    yield one("ZEROS_LIKE", [f(2, 3)], [like(F)], "ZerosLikeOptions")
    span = [np.array(x, np.int32) for x in (2, 11, 3)]
    yield one("RANGE", [const(x) for x in span], [like(np.int32, shape=(3,))], "RangeOptions")
    yield from _moved("DEPTH_TO_SPACE", (2, 3, 4, 12), [], "DepthToSpaceOptions", block_size=2)
    yield from _moved("SPACE_TO_DEPTH", (2, 4, 6, 3), [], "SpaceToDepthOptions", block_size=2)


def _parts():
    yield from _moved("SLICE", (4, 5, 6), [ints(1, 0, 2), ints(2, -1, 3)], "SliceOptions")
    runtime = [f(4, 5), np.array([1, 2], np.int32), ints(2, 3)]
    yield one("SLICE", runtime, [like(F)], "SliceOptions", label="runtime")
    for label, begin, end, strides, masks in (
        ("plain", (1, 0, 5), (3, 5, 0), (1, 2, -1), {}),
        ("masks", (1, 1, 1), (2, 2, 2), (1, 1, 1), {"begin_mask": 2, "end_mask": 5}),
        ("shrink", (1, -1, 0), (2, 0, 3), (1, 1, 1), {"shrink_axis_mask": 3}),
        ("ellipsis", (0, 1), (0, 3), (1, 1), {"ellipsis_mask": 1}),
        ("new", (0, 1, 0, 0), (0, 3, 5, 6), (1, 1, 1, 1), {"new_axis_mask": 1}),
        ("offset", (1, 1, 2), (2, 3, 1), (1, 1, 1), {"offset": True}),
    ):
        rest = [ints(*begin), ints(*end), ints(*strides)]
        yield from _moved("STRIDED_SLICE", (4, 5, 6), rest, "StridedSliceOptions", label, **masks)
    yield from _moved("REVERSE_V2", (4, 5, 6), [ints(1)], "ReverseV2Options")


def _reductions():
    for op in ("MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"):
        for keep in (False, True):
            label = "keep" if keep else "f32"
            parts = [f(2, 3, 4, 5), ints(1, -1)]
            yield one(op, parts, [like(F)], "ReducerOptions", label=label, rtol=1e-5, keep_dims=keep)
    for op, out in (("MEAN", (0.01, -3)), ("SUM", (0.2, -3)), ("REDUCE_MAX", (0.03, 5)), ("REDUCE_MIN", (0.03, 5))):
        parts = [given(bytes_of(2, 5, 4, 6), 0.03, 5), ints(1, 2)]
        oracle = OPTIMISED if op == "SUM" else ORACLE
        out = [like(np.int8, *out)]
        yield one(op, parts, out, "ReducerOptions", label="i8", units=int(op == "SUM"), oracle=oracle, keep_dims=True)
    for op in ("REDUCE_ANY", "REDUCE_ALL"):
        flags = R.integers(0, 2, (3, 4)).astype(np.bool_)
        yield one(op, [flags, ints(1)], [like(np.bool_)], "ReducerOptions")
    for op, kind in (("ARG_MAX", "ArgMaxOptions"), ("ARG_MIN", "ArgMinOptions")):
        yield one(op, [i(F, 3, 9), ints(-1)], [like(np.int64)], kind, output_type="INT64")
        yield one(op, [bytes_of(3, 9), ints(0)], [like(np.int32)], kind, label="i8", output_type="INT32")
    yield one("TOPK_V2", [f(3, 9), const(np.array(4, np.int32))], [like(F), like(np.int32)], "TopKV2Options")
    for exclusive, reverse in ((False, False), (True, False), (False, True)):
        values = {"exclusive": exclusive, "reverse": reverse}
        label = f"{int(exclusive)}{int(reverse)}"
        parts = [f(3, 9), const(np.array(1, np.int32))]
        yield one("CUMSUM", parts, [like(F)], "CumsumOptions", label=label, rtol=1e-5, **values)
    yield one("SOFTMAX", [f(3, 9)], [like(F)], "SoftmaxOptions", beta=1.0)
    yield one("SOFTMAX", [f(2, 3, 4, 5)], [like(F)], "SoftmaxOptions", label="beta", beta=0.7)
    parts, out = [given(bytes_of(3, 9), 0.03, 5)], [like(np.int8, 1 / 256, -128)]
    yield one("SOFTMAX", parts, out, "SoftmaxOptions", label="i8", units=0, beta=1.0)
    yield one("LOG_SOFTMAX", [f(3, 9)], [like(F)], "LogSoftmaxOptions")
    yield one("L2_NORMALIZATION", [f(3, 9)], [like(F)], "L2NormOptions")
    yield one("L2_NORMALIZATION", parts, [like(np.int8, 1 / 128, 0)], "L2NormOptions", label="i8", units=0)
    values = {"radius": 2, "bias": 1.1, "alpha": 0.3, "beta": 0.6}
    kind = "LocalResponseNormalizationOptions"
    yield one("LOCAL_RESPONSE_NORMALIZATION", [f(2, 3, 4, 7)], [like(F)], kind, rtol=1e-5, oracle=OPTIMISED, **values)


reseed(5)
CASES = (*_shapes(), *_parts(), *_reductions())
