"""Kinds of nodes that move elements, or tell sizes."""

from __future__ import annotations

import numpy as np

from tests.random_onnx.builder import Builder, RejectedError
from tests.random_onnx.value import Value


def _any(b: Builder) -> Value:
    return b.any(lambda v: v.rank > 0)


def reshape(b: Builder) -> None:
    x = _any(b)
    targets = [(-1,), (0, -1), (1, -1), (*(0 for _ in x.shape), 1), (-1, *(d for d in x.shape[1:] if d))]
    last = x.shape[-1]
    if last and last % 2 == 0:
        targets.append((*(0 for _ in x.shape[:-1]), 2, last // 2))
    b.node("Reshape", [x, b.ints(*b.pick(targets))], exact=x.exact)


def reshaped_by_shape(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 1)
    (shape,) = b.node("Shape", [x], exact=True)
    (first,) = b.node("Gather", [shape, b.ints(0)], exact=True)
    (target,) = b.node("Concat", [first, b.ints(-1)], exact=True, axis=0)
    b.node("Reshape", [x, target], exact=x.exact)


def transpose(b: Builder) -> None:
    x = _any(b)
    order = b.random.permutation(x.rank).tolist()
    b.node("Transpose", [x], exact=x.exact, **({"perm": order} if b.chance(0.8) else {}))


def flatten(b: Builder) -> None:
    x = _any(b)
    b.node("Flatten", [x], exact=x.exact, axis=b.integer(0, x.rank + 1))


def squeeze(b: Builder) -> None:
    x = b.any(lambda v: 1 in v.shape)
    b.node("Squeeze", [x, b.ints(x.shape.index(1))], exact=x.exact)


def unsqueeze(b: Builder) -> None:
    x = b.any(lambda v: v.rank < 5)
    b.node("Unsqueeze", [x, b.ints(b.integer(0, x.rank + 1))], exact=x.exact)


def concat(b: Builder) -> None:
    x = _any(b)
    axis = b.integer(0, x.rank)
    fits = [v for v in b.values if v.dtype == x.dtype and v.rank == x.rank and _beside(v, axis) == _beside(x, axis)]
    parts = [x, *(b.pick(fits) for _ in range(b.integer(1, 3)))]
    b.node("Concat", parts, exact=all(p.exact for p in parts), axis=axis)


def _beside(v: Value, axis: int) -> object:
    return [x.shape[:axis] + x.shape[axis + 1 :] for x in v.arrays]


def split(b: Builder) -> None:
    x = b.any(lambda v: any(d and d > 1 for d in v.shape))
    axis = b.pick([k for k, d in enumerate(x.shape) if d and d > 1])
    size = x.shape[axis] or 0
    first = b.integer(1, size)
    b.node("Split", [x, b.ints(first, size - first)], 2, exact=x.exact, axis=axis)


def sliced(b: Builder) -> None:
    x = _any(b)
    axis = b.axis(x)
    step = b.pick((1, 1, 2, -1))
    begin, end = (b.pick((0, 1)), b.pick((2**31, -1, 2))) if step > 0 else (-1, -(2**31))
    b.node("Slice", [x, b.ints(begin), b.ints(end), b.ints(axis), b.ints(step)], exact=x.exact)


def gather(b: Builder) -> None:
    x = b.any(lambda v: any(v.shape))
    axis = b.pick([k for k, d in enumerate(x.shape) if d])
    size = x.shape[axis] or 0
    picked = b.random.integers(-size, size, b.pick(((), (3,), (2, 2))))
    b.node("Gather", [x, picked], exact=x.exact, axis=axis)


def gather_elements(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 0 and all(v.shape))
    axis = b.integer(0, x.rank)
    size = x.shape[axis] or 0
    b.node("GatherElements", [x, b.random.integers(-size, size, x.arrays[0].shape)], exact=x.exact, axis=axis)


def gather_nd(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 1 and bool(v.shape[0] and v.shape[1]))
    places = np.stack([b.random.integers(0, x.shape[k] or 1, 3) for k in range(2)], -1)
    b.node("GatherND", [x, places], exact=x.exact)


def scatter_elements(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0 and all(v.shape))
    axis = b.integer(0, x.rank)
    places = b.random.permutation(x.shape[axis] or 1)[: b.integer(1, (x.shape[axis] or 1) + 1)]
    shape = list(x.arrays[0].shape)
    shape[axis] = len(places)
    index = np.broadcast_to(places.reshape([-1 if k == axis else 1 for k in range(x.rank)]), shape)
    b.node("ScatterElements", [x, index.copy(), b.normal(*shape)], exact=x.exact, axis=axis,
           reduction=b.pick(("none", "add", "mul", "max", "min")))  # fmt: skip


def scatter_nd(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 1 and all(v.shape))
    places = b.random.permutation(x.shape[0] or 1)[:2].reshape(-1, 1)
    b.node("ScatterND", [x, places, b.normal(len(places), *x.arrays[0].shape[1:])], exact=x.exact,
           reduction=b.pick(("none", "add", "max")))  # fmt: skip


def expand(b: Builder) -> None:
    x = b.any(lambda v: v.size < 500)
    b.node("Expand", [x, b.ints(2, *(1 for _ in x.shape))], exact=x.exact)


def tile(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 0 and v.size < 500)
    b.node("Tile", [x, b.ints(*(b.integer(1, 3) for _ in x.shape))], exact=x.exact)


def pad(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0)
    widths = [b.integer(0, 3) for _ in range(2 * x.rank)]
    mode = b.pick(("constant", "edge", "reflect", "wrap"))
    b.node("Pad", [x, b.ints(*widths), *([np.float32(0.5)] if mode == "constant" else [])], exact=x.exact, mode=mode)


def blocks(b: Builder) -> None:
    x = b.floats(4)
    if b.chance(0.5):
        b.node("SpaceToDepth", [x], exact=x.exact, blocksize=2)
        return
    b.node("DepthToSpace", [x], exact=x.exact, blocksize=2, mode=b.pick(("DCR", "CRD")))


def triangle(b: Builder) -> None:
    x = b.any(lambda v: v.rank > 1 and v.dtype in (np.float32, np.int64))
    b.node("Trilu", [x, np.asarray(b.integer(-1, 2), np.int64)], exact=x.exact, upper=b.integer(0, 2))


def reversed_rows(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 1 and bool(v.shape[0]))
    steps = min(a.shape[1] for a in x.arrays)
    lengths = b.random.integers(1, steps + 1, x.shape[0] or 1) if steps else np.zeros(0, np.int64)
    b.node("ReverseSequence", [x, lengths], exact=x.exact, batch_axis=0, time_axis=1)


def one_hot(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.int64 and v.size < 300)
    b.node("OneHot", [x, np.asarray(b.integer(2, 5), np.int64), np.array([-0.5, 1.5], np.float32)], exact=True,
           axis=b.pick((-1, 0)))  # fmt: skip


def eye(b: Builder) -> None:
    b.node("EyeLike", [b.floats(2)], exact=True, k=b.integer(-1, 2))


def sizes(b: Builder) -> None:
    x = b.any()
    if b.chance(0.3):
        b.node("Size", [x], exact=True)
        return
    b.node("Shape", [x], exact=True, **({"start": 1} if b.chance(0.3) else {}))


def filled(b: Builder) -> None:
    (shape,) = b.node("Shape", [b.floats()], exact=True)
    from onnx import helper

    b.node("ConstantOfShape", [shape], exact=True, value=helper.make_tensor("v", 1, [1], [1.5]))


def counted(b: Builder) -> None:
    (shape,) = b.node("Shape", [_any(b)], exact=True)
    (size,) = b.node("Gather", [shape, np.asarray(0, np.int64)], exact=True)
    (numbers,) = b.node("Range", [np.asarray(0, np.int64), size, np.asarray(1, np.int64)], exact=True)
    b.node("Cast", [numbers], exact=True, to=1)


def cropped(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 1)
    b.node("CenterCropPad", [x, b.ints(4, 3)], exact=x.exact, axes=[x.rank - 2, x.rank - 1])


def constant(b: Builder) -> None:
    from onnx import numpy_helper

    made = b.normal(*(b.integer(1, 5) for _ in range(b.integer(0, 4))))
    if not b.values:
        raise RejectedError("nothing reads it")
    b.node("Constant", [], exact=True, value=numpy_helper.from_array(made))


KINDS = (
    reshape, reshape, reshape, reshaped_by_shape, transpose, transpose, flatten, squeeze, unsqueeze, concat, concat,
    split, split, sliced, sliced, gather, gather, gather_elements, gather_nd, scatter_elements, scatter_nd, expand,
    tile, pad, blocks, triangle, reversed_rows, one_hot, eye, sizes, filled, counted, cropped, constant,
)  # fmt: skip
