"""Of the boxes of each class, those that no better one covers; sorted by class or by score."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, product
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_least, at_most, finite, lower, one_of
from dldt.compiler.ops.axes import require_equal, require_integer, require_rank, require_same_type, require_single
from dldt.compiler.ops.greedy import greedy, overlaps, ranked
from dldt.compiler.types import Array, DType, TensorType

_MOST = (1 << 31) - 1
_COUNT = [at_least(-1), at_most(_MOST)]


@attrs.frozen
class ClassNms(Op):
    """What the operations share: the order of what is kept, and the results."""

    sort_result_type: str = attrs.field(default="none", converter=lower, validator=one_of("none", "score", "classid"))
    sort_result_across_batch: bool = attrs.field(default=False)
    output_type: DType = attrs.field(default=DType.i64, converter=DType)
    score_threshold: float = attrs.field(default=0.0, converter=float, validator=finite)
    nms_top_k: int = attrs.field(default=-1, converter=int, validator=_COUNT)
    keep_top_k: int = attrs.field(default=-1, converter=int, validator=_COUNT)
    background_class: int = attrs.field(default=-1, converter=int)
    normalized: bool = attrs.field(default=True)

    @property
    def extra(self) -> float:
        """The size of a pixel, where the last one belongs to a box."""
        return 0.0 if self.normalized else 1.0

    def labels(self, classes: int) -> list[int]:
        """The classes that boxes are kept for."""
        return [label for label in range(classes) if label != self.background_class]

    def shared(self, boxes: TensorType, scores: TensorType) -> tuple[TensorType, ...]:
        """The types of the results for boxes [N, M, 4] that all classes share, and scores [N, C, M]."""
        require_rank(boxes, "boxes", (3,), self.type)
        require_rank(scores, "scores", (3,), self.type)
        require_equal(boxes.shape[0], scores.shape[0], "the batches of boxes and scores", self.type)
        require_equal(boxes.shape[1], scores.shape[2], "the numbers of boxes and scores", self.type)
        return self.results(boxes, scores, scores.shape[1], scores.shape[0])

    def results(self, boxes: TensorType, scores: TensorType, classes: Any, batch: Any) -> tuple[TensorType, ...]:
        """The types of the results."""
        require_single(boxes, "boxes", self.type)
        require_same_type(boxes, scores, self.type)
        require_equal(boxes.shape[2], 4, "the sides of a box and 4", self.type)
        if not isinstance(classes, int) or not 0 < classes <= 1 << 20:
            raise ShapeError(f"{self.type}: the number of classes of {scores} must be fixed, and at most 2^20")
        most = maximum_of(product(scores.shape))
        count = defined("count", 0, int(most) if most < 2**62 else None)
        kind = self.output_type
        return TensorType(boxes.dtype, (count, 6)), TensorType(kind, (count, 1)), TensorType(kind, (batch,))

    def found(self, items: list[list[tuple[int, float, int, Array]]], dtype: Any) -> tuple[Array, Array, Array]:
        """The results for (class, score, number, box) of each picture, not in order; numbers are unique."""
        rows, counts = [], []
        for picture, own in enumerate(items):
            own = sorted(own, key=lambda item: (-item[1], item[0], item[2]))
            own = own[: self.keep_top_k] if self.keep_top_k >= 0 else own
            own = sorted(own, key=lambda item: item[0]) if self.by_class else own
            counts.append(len(own))
            rows += [(picture, *item) for item in own]
        if self.sort_result_across_batch and self.sort_result_type == "score":
            rows.sort(key=lambda row: -row[2])
        elif self.sort_result_across_batch and self.sort_result_type == "classid":
            rows.sort(key=lambda row: row[1])
        made = np.array([[label, score, *box] for _, label, score, _, box in rows], np.float32).reshape(-1, 6)
        kind = self.output_type.numpy
        numbers = np.array([number for *_, number, _ in rows], kind).reshape(-1, 1)
        return made.astype(dtype), numbers, np.array(counts, kind)

    @property
    def by_class(self) -> bool:
        """Whether what is kept of a picture is sorted by class."""
        return False


@attrs.frozen
class MulticlassBase(ClassNms):
    """What the versions share."""

    iou_threshold: float = attrs.field(default=0.0, converter=float, validator=finite)
    nms_eta: float = attrs.field(default=1.0, converter=float, validator=finite)

    @property
    def by_class(self) -> bool:
        return self.sort_result_type == "classid" and not self.sort_result_across_batch

    def kept(self, boxes: Array, scores: Array) -> list[int]:
        """The boxes of one class that are kept."""
        order = ranked(scores, float(np.nextafter(np.float32(self.score_threshold), np.float32(-np.inf))))
        order = order[: self.nms_top_k] if self.nms_top_k >= 0 else order
        threshold = float(np.float32(self.iou_threshold))
        return greedy(boxes, order, threshold, None, self.extra, self.nms_eta, inclusive=True, near=True)

    def of_pictures(self, boxes: Array, scores: Array) -> tuple[Array, Array, Array]:
        """The results for boxes that all classes share."""
        items = []
        for n, (own, rows) in enumerate(zip(boxes.astype(np.float32), scores.astype(np.float32), strict=True)):
            items.append(
                [
                    (label, float(rows[label, place]), n * len(own) + place, own[place])
                    for label in self.labels(len(rows))
                    for place in self.kept(own, rows[label])
                ]
            )
        return self.found(items, boxes.dtype)


@op("opset8", "MulticlassNms")
class MulticlassNms(MulticlassBase):
    """(class, score, left, top, right, bottom) of the boxes that are kept, their numbers, and how many each picture
    has: boxes [N, M, 4], scores [N, C, M]. Of each class those not below score_threshold, the best nms_top_k of them,
    of which none covers a better one by iou_threshold or more (which becomes nms_eta times as large with each that is
    kept while it is above 0.5); of a picture the best keep_top_k. How many there are is found when the model runs"""

    def infer(self, boxes: TensorType, scores: TensorType) -> tuple[TensorType, ...]:
        return self.shared(boxes, scores)

    def evaluate(self, boxes: Array, scores: Array) -> tuple[Array, Array, Array]:
        return self.of_pictures(boxes, scores)


@op("opset9", "MulticlassNms")
class MulticlassNms9(MulticlassBase):
    """As before; with ``roisnum`` [N] the boxes [C, M, 4] are of each class, with scores [C, M]: those of the first
    picture, as many as roisnum says, then those of the second …"""

    def infer(self, boxes: TensorType, scores: TensorType, roisnum: TensorType | None = None) -> tuple[TensorType, ...]:
        if roisnum is None:
            return self.shared(boxes, scores)
        require_rank(boxes, "boxes", (3,), self.type)
        require_rank(scores, "scores", (2,), self.type)
        require_rank(roisnum, "roisnum", (1,), self.type)
        require_integer(roisnum, "roisnum", self.type)
        for axis in (0, 1):
            require_equal(boxes.shape[axis], scores.shape[axis], "dims of boxes and scores", self.type)
        return self.results(boxes, scores, scores.shape[0], roisnum.shape[0])

    def evaluate(self, boxes: Array, scores: Array, roisnum: Array | None = None) -> tuple[Array, Array, Array]:
        if roisnum is None:
            return self.of_pictures(boxes, scores)
        items, first = [], 0
        for count in np.maximum(roisnum, 0).tolist():
            part = slice(first, first + count)
            items.append(
                [
                    (label, float(scores[label, first + place]), (first + place) * len(boxes) + label, own[place])
                    for label in self.labels(len(boxes))
                    for own in (boxes[label, part].astype(np.float32),)
                    for place in self.kept(own, scores[label, part].astype(np.float32))
                ]
            )
            first += count
        return self.found(items, boxes.dtype)


@op("opset8")
class MatrixNms(ClassNms):
    """As MulticlassNms, but no box goes for its overlap: the score of each is made smaller by the overlaps with better
    ones of its class (``decay_function`` linear: (1 - overlap) / (1 - largest overlap of the better one with those
    before it); gaussian: exp(gaussian_sigma · (largest² - overlap²)), the least of these). Those not above
    post_threshold go then"""

    decay_function: str = attrs.field(default="linear", converter=lower, validator=one_of("linear", "gaussian"))
    gaussian_sigma: float = attrs.field(default=2.0, converter=float, validator=finite)
    post_threshold: float = attrs.field(default=0.0, converter=float, validator=finite)

    def infer(self, boxes: TensorType, scores: TensorType) -> tuple[TensorType, ...]:
        return self.shared(boxes, scores)

    def evaluate(self, boxes: Array, scores: Array) -> tuple[Array, Array, Array]:
        items = []
        for n, (own, rows) in enumerate(zip(boxes.astype(np.float32), scores.astype(np.float32), strict=True)):
            found = []
            for label in self.labels(len(rows)):
                order = ranked(rows[label], self.score_threshold)
                order = order[: self.nms_top_k] if self.nms_top_k >= 0 else order
                decayed = self._decays(own[order]) * rows[label][order]
                found += [
                    (label, float(score), n * len(own) + int(place), own[place])
                    for score, place in zip(decayed, order, strict=True)
                    if score > self.post_threshold
                ]
            items.append(found)
        return self.found(items, boxes.dtype)

    def _decays(self, boxes: Array) -> Array:
        """By how much the scores of boxes, the best first, are made smaller."""
        shared = [overlaps(box, boxes[:k], self.extra) for k, box in enumerate(boxes)]
        largest = np.array([row.max(initial=0) for row in shared], np.float32)
        made = np.ones(len(boxes), np.float32)
        for k, row in enumerate(shared):
            if self.decay_function == "gaussian":
                decay = np.exp((largest[:k] ** 2 - row**2) * np.float32(self.gaussian_sigma))
            else:
                decay = (1 - row) / (1 - largest[:k] + np.float32(1e-10))
            made[k] = decay.min(initial=1)
        return made
