"""The answers of a single-shot detector: boxes decoded from priors, of overlapping ones the best."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_least, at_most, finite, ints, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type, require_single
from dldt.compiler.ops.greedy import greedy, ranked
from dldt.compiler.ops.shuffle import exact
from dldt.compiler.types import Array, TensorType

CORNER, CENTER_SIZE, CORNER_SIZE = (
    f"caffe.PriorBoxParameter.{name}" for name in ("CORNER", "CENTER_SIZE", "CORNER_SIZE")
)
_MOST = (1 << 31) - 1
MOST_CLASSES = 1 << 20

_PORTS = ("box_logits", "class_preds", "proposals", "aux_class_preds", "aux_box_preds")


@attrs.frozen
class DetectionBase(Op):
    """What the versions share: all but the number of classes."""

    keep_top_k: tuple[int, ...] = attrs.field(converter=ints, validator=at_most(_MOST))
    nms_threshold: float = attrs.field(converter=float, validator=finite)
    background_label_id: int = attrs.field(default=0, converter=int)
    top_k: int = attrs.field(default=-1, converter=int, validator=at_most(_MOST))
    variance_encoded_in_target: bool = attrs.field(default=False)
    code_type: str = attrs.field(default=CORNER, validator=one_of(CORNER, CENTER_SIZE, CORNER_SIZE))
    share_location: bool = attrs.field(default=True)
    confidence_threshold: float = attrs.field(default=0.0, converter=float)
    clip_after_nms: bool = attrs.field(default=False)
    clip_before_nms: bool = attrs.field(default=False)
    decrease_label_id: bool = attrs.field(default=False)
    normalized: bool = attrs.field(default=False)
    input_height: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    input_width: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    objectness_score: float = attrs.field(default=0.0, converter=float, validator=at_least(-(2.0**127)))

    @property
    def prior_size(self) -> int:
        """The numbers of a prior: where it is in pixels, one stands before its sides."""
        return 4 if self.normalized else 5

    def classes(self, predictions: Dim, priors: Dim) -> int:
        """How many classes there are, the background included."""
        found = floordiv(predictions, priors)
        if not isinstance(found, int) or found > MOST_CLASSES:
            raise UnsupportedError(
                f"{self.type}: {predictions} scores of {priors} priors are of no fixed number of classes, or of more "
                f"than {MOST_CLASSES}"
            )
        return found

    def labels(self, classes: int) -> list[int]:
        """The classes that boxes are given for."""
        first = 1 if self.decrease_label_id else 0
        return [label for label in range(first, classes) if label != self.background_label_id]

    def infer(
        self,
        box_logits: TensorType,
        class_preds: TensorType,
        proposals: TensorType,
        aux_class_preds: TensorType | None = None,
        aux_box_preds: TensorType | None = None,
    ) -> TensorType:
        given = (box_logits, class_preds, proposals, aux_class_preds, aux_box_preds)
        for t, port, rank in zip(given, _PORTS, (2, 2, 3, 2, 2), strict=True):
            if t is None:
                continue
            require_rank(t, port, (rank,), self.type)
            require_single(t, port, self.type)
            require_same_type(box_logits, t, self.type)
        if (aux_class_preds is None) != (aux_box_preds is None):
            raise ShapeError(f"{self.type}: aux_class_preds and aux_box_preds are given together, or none of them")
        if len(self.keep_top_k) != 1:
            raise ShapeError(f"{self.type}: keep_top_k has {len(self.keep_top_k)} numbers, must have 1")
        batch, priors = box_logits.shape[0], exact(proposals.shape, 2, self.prior_size, self.type)
        classes = self.classes(class_preds.shape[1], priors)
        locations = 1 if self.share_location else classes
        require_equal(class_preds.shape[0], batch, "the batches of scores and boxes", self.type)
        require_equal(class_preds.shape[1], priors * classes, f"the scores and {classes} of each prior", self.type)
        require_equal(
            box_logits.shape[1], priors * locations * 4, f"the boxes and {locations} of each prior", self.type
        )
        if proposals.shape[0] != 1:
            require_equal(proposals.shape[0], batch, "the batches of priors and boxes", self.type)
        rows = 1 if self.variance_encoded_in_target else 2
        require_equal(proposals.shape[1], rows, f"the rows of proposals and {rows}", self.type)
        if aux_class_preds is not None and aux_box_preds is not None:
            require_equal(aux_class_preds.shape[0], batch, "the batches of aux_class_preds and boxes", self.type)
            require_equal(aux_class_preds.shape[1], priors * 2, "aux_class_preds and 2 of each prior", self.type)
            for axis in (0, 1):
                require_equal(aux_box_preds.shape[axis], box_logits.shape[axis], "aux_box_preds and boxes", self.type)
        return TensorType(box_logits.dtype, (1, 1, batch * self.rows(priors, classes), 7))

    def rows(self, priors: Dim, classes: int) -> Dim:
        """The rows of the result for a picture."""
        fixed = self.fixed_rows(classes)
        return priors * classes if fixed is None else fixed

    def fixed_rows(self, classes: int) -> int | None:
        """The same where it does not depend on the number of priors."""
        if self.keep_top_k[0] > 0:
            return self.keep_top_k[0]
        return self.top_k * classes if self.keep_top_k[0] == -1 and self.top_k > 0 else None

    def evaluate(
        self,
        box_logits: Array,
        class_preds: Array,
        proposals: Array,
        aux_class_preds: Array | None = None,
        aux_box_preds: Array | None = None,
    ) -> Array:
        kind = np.result_type(box_logits.dtype, np.float32)
        batch, priors = box_logits.shape[0], proposals.shape[2] // self.prior_size
        classes = class_preds.shape[1] // priors
        shape = (batch, priors, 1 if self.share_location else classes, 4)
        places, spread = self._priors(proposals.astype(kind), priors)
        scores = class_preds.astype(kind).reshape(batch, priors, classes)
        if aux_class_preds is not None and aux_box_preds is not None:
            places = self._decoded(aux_box_preds.astype(kind).reshape(shape), places, spread)
            nothing = aux_class_preds.astype(kind).reshape(batch, priors, 2)[..., 1] < kind.type(self.objectness_score)
            background = np.arange(classes) == self.background_label_id
            scores = np.where(nothing[..., None], background.astype(kind), scores)
        boxes = self._decoded(box_logits.astype(kind).reshape(shape), places, spread)
        rows = [row for n in range(batch) for row in self._answers(n, boxes[n], scores[n])]
        fixed = self.fixed_rows(classes)
        made = np.zeros((batch * (priors * classes if fixed is None else fixed), 7), kind)
        made[: len(rows)] = np.array(rows, kind).reshape(-1, 7)
        if len(rows) < len(made):
            made[len(rows), 0] = -1
        return made.reshape(1, 1, -1, 7).astype(box_logits.dtype)

    def _priors(self, proposals: Array, priors: int) -> tuple[Array, Array]:
        """Places [batch, priors, 1, 4] in units of the picture, and variances."""
        places = proposals[:, 0].reshape(-1, priors, 1, self.prior_size)[..., -4:]
        if not self.normalized:
            places = places / np.array([self.input_width, self.input_height] * 2, places.dtype)
        if self.variance_encoded_in_target:
            return places, np.ones(4, places.dtype)
        return places, proposals[:, 1, : 4 * priors].reshape(-1, priors, 1, 4)

    def _decoded(self, x: Array, places: Array, spread: Array) -> Array:
        low, high, moved = places[..., :2], places[..., 2:], x * spread
        size = high - low
        if self.code_type == CENTER_SIZE:
            center = moved[..., :2] * size + (low + high) / 2
            half = np.exp(moved[..., 2:]) * size / 2
            made = np.concatenate([center - half, center + half], -1)
        elif self.code_type == CORNER_SIZE:
            made = np.concatenate([low + moved[..., :2] * size, high + moved[..., 2:] * size], -1)
        else:
            made = np.concatenate([low + moved[..., :2], high + moved[..., 2:]], -1)
        return np.clip(made, 0, 1) if self.clip_before_nms else made

    def _answers(self, image: int, boxes: Array, scores: Array) -> list[list[Any]]:
        """The rows of one picture, class by class."""
        kept = self._best_class_each(boxes, scores) if self.decrease_label_id else self._each_class(boxes, scores)
        if 0 <= self.keep_top_k[0] < len(kept):
            kept = sorted(kept, key=lambda item: (-scores[item[1], item[0]], item[1]))[: self.keep_top_k[0]]
        kept.sort(key=lambda item: (item[0], -scores[item[1], item[0]]))
        rows = []
        for label, prior in kept:
            box = boxes[prior, 0 if self.share_location else label]
            sides = np.clip(box, 0, 1) if self.clip_after_nms else box
            rows.append([image, label - self.decrease_label_id, scores[prior, label], *sides])
        return rows

    def _each_class(self, boxes: Array, scores: Array) -> list[tuple[int, int]]:
        found = []
        for label in self.labels(scores.shape[1]):
            order = self._cut(ranked(scores[:, label], self.confidence_threshold))
            kept = greedy(boxes[:, 0 if self.share_location else label], order, self.nms_threshold)
            found += [(label, prior) for prior in kept]
        return found

    def _best_class_each(self, boxes: Array, scores: Array) -> list[tuple[int, int]]:
        labels = np.array(self.labels(scores.shape[1]), np.int64)
        if not labels.size:
            return []
        best = labels[np.argmax(scores[:, labels], 1)]
        value = scores[np.arange(len(scores)), best]
        order = ranked(value)
        order = self._cut(order[(value[order] >= self.confidence_threshold) & (value[order] > -1)])
        found = []
        for label in labels.tolist():
            own = boxes[:, 0 if self.share_location else label]
            found += [(label, prior) for prior in greedy(own, order[best[order] == label], self.nms_threshold)]
        return found

    def _cut(self, order: Array) -> Array:
        return order[: self.top_k] if self.top_k >= 0 else order


@op("opset8", "DetectionOutput")
class DetectionOutput8(DetectionBase):
    """Rows (picture, class, score, left, top, right, bottom), class by class, then one of picture -1 and zeros: of the
    boxes, decoded from ``proposals`` (priors, and their variances in a second row), those whose score is above
    confidence_threshold, of each class at most top_k, of which none covers a better one by more than nms_threshold,
    of a picture the best keep_top_k. With ``decrease_label_id`` each box has its best class alone, and top_k is for
    all of them. With aux inputs priors are moved by aux_box_preds first; those of small objectness are background"""


@op("opset1", "DetectionOutput")
class DetectionOutput(DetectionBase):
    """As later; the number of classes is an attribute"""

    num_classes: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CLASSES)], kw_only=True)

    def classes(self, predictions: Dim, priors: Dim) -> int:
        return self.num_classes
