"""Of the boxes that are kept for each class of a picture, the best."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.plan.kept_candidates import KeptCandidates
from dldt.codegen.plan.shape_parts import shape_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType

_ONE, _NO_SCORE = np.array([1]), np.array(-np.inf, np.float32)


@attrs.frozen
class BestKept:
    """[pictures, most], the best first: the row of scores (picture · classes + class), the class, the place, the score,
    and whether there is one (``here``)."""

    row: Value
    kind: Value
    place: Value
    score: Value
    here: Value


def best_kept(
    kept: KeptCandidates, images: Value, classes: int, places: Value, most: int | None, *, class_first: bool = False
) -> BestKept:
    """Of each picture the ``most`` best kept boxes (None: all); of equals the earlier place, then the earlier class
    (``class_first``: the other way round). The scores lie in a table [pictures, places · classes] for that."""
    each = np.array(classes)
    image, kind = ops.Divide()(kept.row, each), ops.FloorMod()(kept.row, each)
    inner = places if class_first else each
    width = ops.Multiply()(places, each)
    count = ops.Multiply()(images, width)
    outer, last = (kind, kept.place) if class_first else (kept.place, kind)
    column = ops.Add()(ops.Multiply()(outer, inner), last)
    at = ops.Select()(kept.here, ops.Add()(ops.Multiply()(image, width), column), count)
    nothing = ops.Broadcast()(kept.score.graph.constant(_NO_SCORE), shape_of(ops.Add()(count, 1)))
    table = ops.ScatterNDUpdate()(nothing, ops.Unsqueeze()(at, _ONE), kept.score)
    table = ops.Reshape()(ops.Slice()(table, np.array([0]), shape_of(count), _ONE), shape_of(images, width))
    limit = width if most is None else ops.Minimum()(width, np.array(most))
    best, at = ops.TopK(1, "max", "value", DType.i64).all(table, limit)
    picture = ops.Unsqueeze()(ops.Range(DType.i64)(np.array(0), images, np.array(1)), _ONE)
    outer, last = ops.Divide()(at, inner), ops.FloorMod()(at, inner)
    kind, place = (outer, last) if class_first else (last, outer)
    row = ops.Add()(ops.Multiply()(picture, each), kind)
    return BestKept(row, kind, place, best, ops.Greater()(best, -np.inf))
