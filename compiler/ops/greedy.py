"""Of boxes in the order of their scores, those that overlap none that is kept before them."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import Array


def greedy(
    boxes: Array,
    order: Array,
    threshold: float,
    most: int | None = None,
    extra: float = 0.0,
    eta: float = 1.0,
    *,
    inclusive: bool = False,
    near: bool = False,
) -> list[int]:
    """The boxes (left, top, right, bottom) of ``order`` that are kept, at most ``most``: none that covers a kept one by
    more than ``threshold`` of what both cover (``inclusive``: by as much). Each kept box makes a threshold above 0.5
    ``eta`` times as large. ``extra`` and ``near``: see ``overlaps``."""
    kept: list[int] = []
    for place in map(int, order):
        if most is not None and len(kept) >= most:
            break
        shared = overlaps(boxes[place], boxes[np.array(kept, np.int64)], extra, near=near)
        if not (shared >= threshold if inclusive else shared > threshold).any():
            kept.append(place)
            threshold = threshold * eta if eta < 1 and threshold > 0.5 else threshold
    return kept


def overlaps(box: Array, others: Array, extra: float = 0.0, *, near: bool = False) -> Array:
    """The intersection of ``box`` with each of the others over their union; 0 where one has no area. ``extra`` is the
    size of a pixel, where the last one belongs to the box; ``near``: even boxes that lie less than it apart overlap."""
    one = box.dtype.type(extra)
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]) + one
    areas = [np.prod(np.maximum(x[..., 2:] - x[..., :2] + one, 0), -1) for x in (box, others)]
    touch = (sides > 0) & (sides >= (0 if near else one))
    shared = np.where(touch.all(-1), sides[:, 0] * sides[:, 1], 0)
    whole = areas[0] + areas[1] - shared
    real = (shared > 0) & (areas[0] > 0) & (areas[1] > 0)
    return np.where(real, shared / np.where(real, whole, 1), 0)


def ranked(scores: Array, above: float = -np.inf) -> Array:
    """The places of scores above a number, the best first, of equals the earlier one."""
    order = np.argsort(-scores, kind="stable")
    return order[scores[order] > above]
