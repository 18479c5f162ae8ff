"""Regions that a detector proposes: boxes counted from anchors, of overlapping ones the best."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, floats, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type, require_single
from dldt.compiler.ops.greedy import greedy, ranked
from dldt.compiler.types import Array, TensorType

_MOST = (1 << 31) - 1
_PORTS = ("class_probs", "bbox_deltas", "image_shape")


@attrs.frozen
class ProposalBase(Op):
    """What the versions share: the rows of the result."""

    base_size: int = attrs.field(converter=int, validator=[positive, at_most(1 << 20)])
    pre_nms_topn: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    post_nms_topn: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    nms_thresh: float = attrs.field(converter=float, validator=finite)
    feat_stride: int = attrs.field(converter=int, validator=[positive, at_most(1 << 20)])
    min_size: int = attrs.field(converter=int, validator=at_most(1 << 20))
    ratio: tuple[float, ...] = attrs.field(converter=floats, validator=finite)
    scale: tuple[float, ...] = attrs.field(converter=floats, validator=finite)
    clip_before_nms: bool = attrs.field(default=True)
    clip_after_nms: bool = attrs.field(default=False)
    normalize: bool = attrs.field(default=False)
    box_size_scale: float = attrs.field(default=1.0, converter=float, validator=finite)
    box_coordinate_scale: float = attrs.field(default=1.0, converter=float, validator=finite)
    framework: str = attrs.field(default="", validator=one_of("", "tensorflow"))

    @property
    def extra(self) -> float:
        """The size of a pixel, where the last one belongs to a box."""
        return 0.0 if self.turned else 1.0

    @property
    def turned(self) -> bool:
        """Whether anchors are those of TensorFlow: centred, not rounded, cut at the picture, rows before columns."""
        return self.framework == "tensorflow"

    def anchors(self) -> Array:
        """[ratios · scales, 4] round the first cell."""
        one = np.float32
        ratio, scale = (np.array(numbers, one) for numbers in (self.ratio, self.scale))
        if not (ratio > 0).all():
            raise ShapeError(f"{self.type}: a ratio is not above 0")
        wide = np.sqrt(one(self.base_size**2) / ratio)
        wide = wide if self.turned else np.floor(wide + one(0.5))
        high = wide * ratio if self.turned else np.floor(wide * ratio + one(0.5))
        center = one(0.5) * (one(self.base_size) - one(self.extra))
        half = [one(0.5) * (side[:, None] * scale - one(self.extra)) for side in (wide, high)]
        made = np.stack([center - half[0], center - half[1], center + half[0], center + half[1]], -1)
        return (made - one(self.base_size * 0.5) if self.turned else made).reshape(-1, 4)

    def rows(self, class_probs: TensorType, bbox_deltas: TensorType, image_shape: TensorType) -> TensorType:
        """The type of the regions, [pictures · post_nms_topn, 5]."""
        given = (class_probs, bbox_deltas, image_shape)
        for t, port in zip(given, _PORTS, strict=True):
            require_single(t, port, self.type)
            require_same_type(class_probs, t, self.type)
        require_rank(class_probs, "class_probs", (4,), self.type)
        require_rank(bbox_deltas, "bbox_deltas", (4,), self.type)
        count = len(self.ratio) * len(self.scale)
        if count < 1:
            raise ShapeError(f"{self.type}: there are no anchors, ratio or scale is empty")
        self.anchors()
        for t, port, numbers in ((class_probs, "class_probs", 2), (bbox_deltas, "bbox_deltas", 4)):
            meaning = f"the channels of {port} and {numbers} of each of {count} anchors"
            require_equal(t.shape[1], numbers * count, meaning, self.type)
        for axis in (0, 2, 3):
            require_equal(class_probs.shape[axis], bbox_deltas.shape[axis], "dims of scores and boxes", self.type)
        if image_shape.elements not in (3, 4):
            raise ShapeError(f"{self.type}: image_shape must have 3 or 4 numbers, got {image_shape}")
        return TensorType(class_probs.dtype, (class_probs.shape[0] * self.post_nms_topn, 5))

    def regions(self, class_probs: Array, bbox_deltas: Array, image_shape: Array) -> tuple[Array, Array]:
        """The regions and their scores."""
        kind = np.result_type(class_probs.dtype, np.float32)
        probs, deltas = class_probs.astype(kind), bbox_deltas.astype(kind)
        high, wide, *scales = image_shape.astype(kind).reshape(-1)
        picture = np.array([high, wide] if self.turned else [wide, high], kind)
        least = self.min_size * np.array([scales[-1], scales[0]], kind)
        batch, count = probs.shape[0], probs.shape[1] // 2
        anchors = self._placed(probs.shape[2], probs.shape[3]).astype(kind)
        scores = probs[:, count:].transpose(0, 2, 3, 1).reshape(batch, -1)
        moves = deltas.reshape(batch, count, 4, -1).transpose(0, 3, 1, 2).reshape(batch, -1, 4)
        boxes = np.zeros((batch, self.post_nms_topn, 5), kind)
        found = np.zeros((batch, self.post_nms_topn), kind)
        for n in range(batch):
            own = self._moved(anchors, moves[n], picture)
            large = (own[:, 2:] - own[:, :2] + kind.type(self.extra) >= least).all(-1)
            score = scores[n] * large
            order = ranked(score)[: self.pre_nms_topn]
            kept = greedy(own, order, self.nms_thresh, self.post_nms_topn, self.extra)
            boxes[n, : len(kept)] = np.insert(self._finished(own[kept], picture), 0, n, axis=1)
            found[n, : len(kept)] = score[kept]
            if len(kept) < self.post_nms_topn:
                boxes[n, len(kept), 0] = -1
        dtype = class_probs.dtype
        return boxes.reshape(-1, 5).astype(dtype), found.reshape(-1).astype(dtype)

    def _placed(self, high: int, wide: int) -> Array:
        """The anchors of all cells [H · W · anchors, 4]."""
        at = np.stack(np.meshgrid(np.arange(high), np.arange(wide), indexing="ij"), -1) * self.feat_stride
        shift = (at if self.turned else at[..., ::-1]).reshape(-1, 1, 2).astype(np.float32)
        return (np.concatenate([shift, shift], -1) + self.anchors()).reshape(-1, 4)

    def _moved(self, anchors: Array, moves: Array, picture: Array) -> Array:
        kind = moves.dtype.type
        low, last = anchors[:, :2], anchors[:, 2:]
        if self.turned:
            low, last = (np.clip(x, 0, picture) for x in (low, last))
        size = last - low + kind(self.extra)
        center = moves[:, :2] / kind(self.box_coordinate_scale) * size + (low + kind(0.5) * size)
        half = kind(0.5) * np.exp(moves[:, 2:] / kind(self.box_size_scale)) * size
        made = np.stack([center - half, center + half], 1)
        if self.clip_before_nms:
            made = np.clip(made, 0, picture - kind(self.extra))
        return made.reshape(-1, 4)

    def _finished(self, boxes: Array, picture: Array) -> Array:
        made = boxes.reshape(-1, 2, 2)
        made = np.clip(made, 0, picture) if self.clip_after_nms else made
        return (made / picture if self.normalize else made).reshape(-1, 4)


@op("opset1")
class Proposal(ProposalBase):
    """Regions (picture, left, top, right, bottom), post_nms_topn of each picture: at each cell of class_probs
    [N, 2 · anchors, H, W] (the scores for nothing, then those for something) anchors, moved by bbox_deltas [N, 4 ·
    anchors, H, W]. Those with a side below min_size have score 0; of the pre_nms_topn best one goes that covers a
    better one by more than nms_thresh. Behind the last one is a region of picture -1, then zeros"""

    def infer(self, class_probs: TensorType, bbox_deltas: TensorType, image_shape: TensorType) -> TensorType:
        return self.rows(class_probs, bbox_deltas, image_shape)

    def evaluate(self, class_probs: Array, bbox_deltas: Array, image_shape: Array) -> Array:
        return self.regions(class_probs, bbox_deltas, image_shape)[0]


@op("opset4", "Proposal")
class Proposal4(ProposalBase):
    """As before, and the scores of the regions"""

    def infer(
        self, class_probs: TensorType, bbox_deltas: TensorType, image_shape: TensorType
    ) -> tuple[TensorType, TensorType]:
        made = self.rows(class_probs, bbox_deltas, image_shape)
        return made, TensorType(made.dtype, made.shape[:1])

    def evaluate(self, class_probs: Array, bbox_deltas: Array, image_shape: Array) -> tuple[Array, Array]:
        return self.regions(class_probs, bbox_deltas, image_shape)
