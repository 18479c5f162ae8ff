"""Cases of the operations that only move elements."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_S = frozenset({1})
_X = normal(2, 3, 4, 5)


def _reshape(x, shape, name, special_zero=False, **more):
    return Case(ops.Reshape(special_zero), (x, i64(*shape)), f"Reshape-{name}", _S, **more)


CASES = [
    _reshape(_X, (6, 20), "merge"),
    _reshape(_X, (0, -1), "zero", True, symbolic={0: "N,3,4,5"}),
    _reshape(_X, (-1, 60), "batch", symbolic={0: "N,3,4,5"}),
    _reshape(_X, (0, 0, -1), "space", True, symbolic={0: "N,3,H,W"}),
    _reshape(_X, (2, 3, 2, 2, 5), "split"),
    _reshape(normal(1, 1), (), "scalar"),
    _reshape(scalar(3.0), (1, 1, 1), "from-scalar"),
    _reshape(integers(0, 9, 12), (3, 4), "i64"),
    Case(ops.Squeeze(), (normal(1, 3, 1, 5), i64(0, 2)), "Squeeze", _S, {0: "1,N,1,5"}),
    Case(ops.Squeeze(), (normal(1, 3, 1, 5), i64(-2)), "Squeeze-negative", _S, {0: "N,3,1,5"}),
    Case(ops.Squeeze(), (normal(1, 3, 1, 5),), "Squeeze-all"),
    Case(ops.Squeeze(), (normal(1), scalar(0, "i8")), "Squeeze-to-scalar", _S),
    Case(ops.Unsqueeze(), (normal(3, 5), i64(0, -1)), "Unsqueeze", _S, {0: "N,M"}),
    Case(ops.Unsqueeze(), (scalar(2.0), i64(0)), "Unsqueeze-scalar", _S),
    Case(ops.Transpose(), (_X, i64(0, 2, 3, 1)), "Transpose-nhwc", _S, {0: "N,3,H,W"}),
    Case(ops.Transpose(), (_X, i64(3, 1, 0, 2)), "Transpose-mixed", _S, {0: "N,3,H,W"}),
    Case(ops.Transpose(), (normal(7, 33), i64(1, 0)), "Transpose-2d", _S),
    Case(ops.Transpose(), (normal(2, 3, 4), i64()), "Transpose-reverse", _S),
    Case(ops.Transpose(), (normal(2, 3, 2, 5, 3), i64(0, 3, 1, 4, 2)), "Transpose-5d", _S),
    Case(ops.Transpose(), (integers(0, 99, 3, 5), i64(1, 0)), "Transpose-i64", _S),
    Case(ops.Concat(1), (_X, normal(2, 17, 4, 5), normal(2, 1, 4, 5, seed=1)), "Concat-channels", frozenset(),
         {0: "N,3,4,5", 1: "N,17,4,5", 2: "N,1,4,5"}),
    Case(ops.Concat(-1), (normal(3, 5), normal(3, 1)), "Concat-last", frozenset(), {0: "3,N", 1: "3,1"}),
    Case(ops.Concat(0), (normal(3), normal(5), normal(1)), "Concat-vectors"),
    Case(ops.Concat(0), (normal(3, 2),), "Concat-one"),
    Case(ops.Concat(2), (integers(0, 9, 1, 2, 3), integers(0, 9, 1, 2, 2)), "Concat-i64"),
    Case(ops.Split(3), (normal(2, 9, 5), scalar(1, "i8")), "Split", _S, {0: "N,9,M"}),
    Case(ops.Split(2), (normal(6, 5), scalar(-2, "i8")), "Split-first", _S),
    Case(ops.Split(5), (normal(2, 5), scalar(1, "i8")), "Split-ones", _S),
    Case(ops.VariadicSplit(), (normal(2, 10, 3), scalar(1, "i8"), i64(3, -1, 5)), "VariadicSplit", frozenset({1, 2}),
         {0: "N,10,3"}),
    Case(ops.VariadicSplit(), (normal(7), scalar(0, "i8"), i64(1, 6)), "VariadicSplit-1d", frozenset({1, 2})),
    Case(ops.Broadcast(), (normal(3, 1), i64(2, 3, 5)), "Broadcast", _S),
    Case(ops.Broadcast("bidirectional"), (normal(3, 1), i64(2, 1, 5)), "Broadcast-both", _S, {0: "N,1"}),
    Case(ops.Broadcast("explicit"), (normal(3), i64(2, 3, 5), i64(1)), "Broadcast-explicit", frozenset({1, 2})),
    Case(ops.Broadcast(), (scalar(4.0), i64(2, 3)), "Broadcast-scalar", _S),
    Case(ops.Broadcast(), (integers(0, 9, 1), i64(7)), "Broadcast-i64", _S),
    Case(ops.Tile(), (normal(2, 3), i64(3, 2)), "Tile", _S, {0: "N,M"}),
    Case(ops.Tile(), (normal(3), i64(2, 1, 2)), "Tile-more", _S),
    Case(ops.Tile(), (normal(2, 3, 5), i64(2)), "Tile-less", _S),
    Case(ops.ShuffleChannels(1, 3), (normal(2, 9, 3, 5),), "ShuffleChannels", symbolic={0: "N,9,H,W"}),
    Case(ops.ShuffleChannels(-1, 2), (normal(3, 6),), "ShuffleChannels-last"),
    *(
        Case(op(mode, 2), (x,), f"{op.__name__}-{mode}-{x.ndim}d", symbolic=symbolic)
        for mode in ("blocks_first", "depth_first")
        for op, x, symbolic in (
            (ops.DepthToSpace, normal(2, 12, 3, 5), {0: "N,12,H,W"}),
            (ops.DepthToSpace, normal(1, 24, 2, 3, 1), {0: "N,24,2,3,1"}),
            (ops.SpaceToDepth, normal(2, 3, 4, 6), {0: "N,3,4,6"}),
            (ops.SpaceToDepth, normal(1, 3, 2, 4, 6), {0: "N,3,2,4,6"}),
        )
    ),
    Case(ops.ShapeOf(), (normal(2, 1, 5),), "ShapeOf", symbolic={0: "N,1,M"}),
    Case(ops.ShapeOf("i32"), (normal(2, 1, 5),), "ShapeOf-i32"),
    Case(ops.Range("i64"), (scalar(3, "i8"), scalar(20, "i8"), scalar(4, "i8")), "Range", frozenset({0, 1, 2})),
    Case(ops.Range("i32"), (scalar(9, "i8"), scalar(0, "i8"), scalar(-2, "i8")), "Range-down", frozenset({0, 1, 2})),
    Case(ops.Range("f32"), (scalar(0.5), scalar(2.0), scalar(0.25)), "Range-f32", frozenset({0, 1, 2})),
]  # fmt: skip
