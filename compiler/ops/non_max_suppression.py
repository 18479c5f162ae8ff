"""Of boxes that overlap, those with the best scores."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, product
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_equal, require_rank
from dldt.compiler.types import Array, DType, TensorType

_LIMITS = ("max_output_boxes_per_class", "iou_threshold", "score_threshold", "soft_nms_sigma")


@op("opset9")
class NonMaxSuppression(Op):
    """(batch, class, box) of the boxes that are kept, the same with their scores, and how many there are: boxes
    [B, N, 4], scores [B, C, N]. For each class the boxes are taken in the order of their scores, of equals the earlier
    one; one goes whose score is not above score_threshold or whose overlap (intersection over union) with one that is
    kept is above iou_threshold; at most max_output_boxes_per_class stay. ``sort_result_descending`` sorts all by score.
    Where soft_nms_sigma is above 0, no box goes for its overlap: one that is kept multiplies the scores of the others
    by exp(-overlap² / (2 · soft_nms_sigma)). How many there are is found when the model runs"""

    box_encoding: str = attrs.field(default="corner", converter=lower, validator=one_of("corner", "center"))
    sort_result_descending: bool = attrs.field(default=True)
    output_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(
        self,
        boxes: TensorType,
        scores: TensorType,
        max_output_boxes_per_class: TensorType | None = None,
        iou_threshold: TensorType | None = None,
        score_threshold: TensorType | None = None,
        soft_nms_sigma: TensorType | None = None,
    ) -> tuple[TensorType, ...]:
        require_rank(boxes, "boxes", (3,), self.type)
        require_rank(scores, "scores", (3,), self.type)
        require_equal(boxes.shape[0], scores.shape[0], "the batches of boxes and scores", self.type)
        require_equal(boxes.shape[1], scores.shape[2], "the numbers of boxes and scores", self.type)
        require_equal(boxes.shape[2], 4, "the sides of a box and 4", self.type)
        if boxes.dtype is not scores.dtype or not boxes.dtype.is_float:
            raise ShapeError(f"NonMaxSuppression: boxes and scores must be of one floating-point type, got {boxes}")
        limits = (max_output_boxes_per_class, iou_threshold, score_threshold, soft_nms_sigma)
        for limit, name in zip(limits, _LIMITS, strict=True):
            if limit is not None:
                require_equal(limit.elements, 1, f"the elements of {name} and 1", self.type)
        self.softness(soft_nms_sigma)
        most = maximum_of(product(scores.shape))
        count = defined("count", 0, int(most) if most < 2**62 else None)
        return (
            TensorType(self.output_type, (count, 3)),
            TensorType(scores.dtype, (count, 3)),
            TensorType(self.output_type, (1,)),
        )

    def softness(self, sigma: TensorType | None) -> float:
        """soft_nms_sigma; 0 where overlaps do not make scores smaller. UnsupportedError where it is computed."""
        if sigma is not None and sigma.constant is None:
            raise UnsupportedError(f"{self.type}: soft_nms_sigma is computed; it must be a constant")
        return 0.0 if sigma is None or sigma.constant is None else max(float(sigma.constant.item()), 0.0)

    def evaluate(
        self,
        boxes: Array,
        scores: Array,
        max_output_boxes_per_class: Array | None = None,
        iou_threshold: Array | None = None,
        score_threshold: Array | None = None,
        soft_nms_sigma: Array | None = None,
    ) -> tuple[Array, ...]:
        most = 0 if max_output_boxes_per_class is None else int(max_output_boxes_per_class.reshape(()))
        overlap = 0.0 if iou_threshold is None else float(iou_threshold.reshape(()))
        least = -np.inf if score_threshold is None else float(score_threshold.reshape(()))
        corners = _corners(boxes, centered=self.box_encoding == "center")
        sigma = 0.0 if soft_nms_sigma is None else float(soft_nms_sigma.reshape(()))
        found: list[tuple[int, int, int]] = []
        final: list[float] = []
        for batch, kinds in enumerate(scores):
            for kind, row in enumerate(kinds):
                if sigma > 0:
                    kept, own = _kept_soft(corners[batch], row, most, least, sigma)
                else:
                    kept = _kept(corners[batch], row, most, overlap, least)
                    own = [float(row[box]) for box in kept]
                found += [(batch, kind, box) for box in kept]
                final += own
        values = np.array(final, scores.dtype)
        order = np.argsort(-values, kind="stable") if self.sort_result_descending else np.arange(len(found))
        chosen = np.array(found, np.int64).reshape(-1, 3)[order]
        rows = np.concatenate([chosen[:, :2].astype(scores.dtype), values[order, None]], 1)
        kind_ = self.output_type.numpy
        return chosen.astype(kind_), rows, np.array([len(found)], kind_)


def _corners(boxes: Array, *, centered: bool) -> Array:
    """The boxes as (top, left, bottom, right)."""
    if centered:
        x, y, wide, high = np.moveaxis(boxes, -1, 0)
        half = boxes.dtype.type(0.5)
        return np.stack([y - high * half, x - wide * half, y + high * half, x + wide * half], -1)
    low, high = np.minimum(boxes[..., :2], boxes[..., 2:]), np.maximum(boxes[..., :2], boxes[..., 2:])
    return np.concatenate([low, high], -1)


def _kept(corners: Array, scores: Array, most: int, overlap: float, least: float) -> list[int]:
    kept: list[int] = []
    for box in np.argsort(-scores, kind="stable"):
        if len(kept) >= most or not scores[box] > least:
            break
        if not any(_overlap(corners[box], corners[other]) > overlap for other in kept):
            kept.append(int(box))
    return kept


def _kept_soft(corners: Array, scores: Array, most: int, least: float, sigma: float) -> tuple[list[int], list[float]]:
    """Boxes with their scores: the best of those left is kept, and the others become worse."""
    left, kept, final = scores.astype(np.float64), list[int](), list[float]()
    while left.size and len(kept) < most:
        best = int(np.argmax(left))
        if not left[best] > least:
            break
        kept.append(best)
        final.append(float(left[best]))
        left[best] = -np.inf
        for other in np.flatnonzero(left > -np.inf):
            shared = _overlap(corners[best], corners[other])
            left[other] *= np.exp(-0.5 / sigma * shared * shared)
    return kept, final


def _overlap(a: Array, b: Array) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    if sides.min() <= 0 or min(areas) <= 0:
        return 0.0
    shared = sides[0] * sides[1]
    return float(shared / (areas[0] + areas[1] - shared))
