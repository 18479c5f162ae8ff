"""Regions that a detector of the Detectron family proposes."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, minimum, product
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type, require_single
from dldt.compiler.ops.greedy import greedy, ranked
from dldt.compiler.types import Array, DType, TensorType

_MOST = (1 << 31) - 1
LARGEST_GROWTH = float(np.float32(np.log(1000.0 / 16.0)))
"""No side grows by more than its exponential."""


@attrs.frozen
class GenerateBase(Op):
    """What the two operations share."""

    min_size: float = attrs.field(converter=float, validator=finite)
    nms_threshold: float = attrs.field(converter=float, validator=finite)
    pre_nms_count: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    post_nms_count: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])

    def moved(self, anchors: Array, deltas: Array, picture: Array, extra: float) -> Array:
        """Anchors [n, 4], moved by deltas [n, 4] and cut to a picture (width, height)."""
        one = np.float32
        low, size = anchors[:, :2], anchors[:, 2:] - anchors[:, :2] + one(extra)
        center = deltas[:, :2] * size + (low + one(0.5) * size)
        half = one(0.5) * np.exp(np.minimum(deltas[:, 2:], one(LARGEST_GROWTH))) * size
        made = np.stack([center - half, center + half - one(extra)], 1)
        return np.clip(made, 0, picture - one(extra)).reshape(-1, 4)


@op("opset6")
class ExperimentalDetectronGenerateProposalsSingleImage(GenerateBase):
    """Regions [post_nms_count, 4] and their scores, then zeros: anchors [H · W · n, 4] moved by deltas [4 · n, H, W],
    those with a side below min_size of score 0; of the pre_nms_count best of scores [n, H, W] none that covers a better
    one by more than nms_threshold"""

    def infer(
        self, input_im_info: TensorType, input_anchors: TensorType, input_deltas: TensorType, input_scores: TensorType
    ) -> tuple[TensorType, TensorType]:
        given = ((input_im_info, 1), (input_anchors, 2), (input_deltas, 3), (input_scores, 3))
        for (t, rank), port in zip(given, ("im_info", "anchors", "deltas", "scores"), strict=True):
            require_rank(t, port, (rank,), self.type)
            require_single(t, port, self.type)
            require_same_type(input_im_info, t, self.type)
        count, *space = input_scores.shape
        require_equal(input_im_info.shape[0], 3, "the numbers of im_info and 3", self.type)
        require_equal(input_anchors.shape[0], product(input_scores.shape), "the anchors and scores", self.type)
        require_equal(input_anchors.shape[1], 4, "the sides of an anchor and 4", self.type)
        require_equal(input_deltas.shape[0], 4 * count, "the channels of deltas and 4 of each anchor", self.type)
        for axis, dim in enumerate(space):
            require_equal(input_deltas.shape[1 + axis], dim, "dims of deltas and scores", self.type)
        kind = input_scores.dtype
        return TensorType(kind, (self.post_nms_count, 4)), TensorType(kind, (self.post_nms_count,))

    def evaluate(
        self, input_im_info: Array, input_anchors: Array, input_deltas: Array, input_scores: Array
    ) -> tuple[Array, Array]:
        one, (count, high, wide) = np.float32, input_scores.shape
        image = input_im_info.astype(one)
        deltas = input_deltas.astype(one).reshape(count, 4, high, wide).transpose(2, 3, 0, 1).reshape(-1, 4)
        boxes = self.moved(input_anchors.astype(one), deltas, image[1::-1], 1.0)
        large = (boxes[:, 2:] - boxes[:, :2] + one(1) >= one(self.min_size)).all(1)
        scores = input_scores.astype(one).transpose(1, 2, 0).reshape(-1) * large
        order = ranked(scores)[: self.pre_nms_count]
        kept = greedy(boxes, order, self.nms_threshold, self.post_nms_count)
        made = np.zeros((self.post_nms_count, 4), one), np.zeros(self.post_nms_count, one)
        made[0][: len(kept)], made[1][: len(kept)] = boxes[kept], scores[kept]
        return made[0].astype(input_scores.dtype), made[1].astype(input_scores.dtype)


@op("opset9")
class GenerateProposals(GenerateBase):
    """Regions [count, 4] of all pictures, their scores, and how many each picture has: anchors [H, W, n, 4] moved by
    deltas [N, 4 · n, H, W]; of the pre_nms_count best of scores [N, n, H, W] those with no side below min_size, and
    none that covers a better one by more than nms_threshold, at most post_nms_count of a picture. Sides are
    ``normalized``, or the last pixel belongs to a box. How many there are is found when the model runs"""

    normalized: bool = attrs.field(default=True)
    nms_eta: float = attrs.field(default=1.0, converter=float, validator=finite)
    roi_num_type: DType = attrs.field(default=DType.i64, converter=DType)

    @property
    def extra(self) -> float:
        """The size of a pixel, where the last one belongs to a box."""
        return 0.0 if self.normalized else 1.0

    def infer(
        self, im_info: TensorType, anchors: TensorType, deltas: TensorType, scores: TensorType
    ) -> tuple[TensorType, TensorType, TensorType]:
        given = ((im_info, 2), (anchors, 4), (deltas, 4), (scores, 4))
        for (t, rank), port in zip(given, ("im_info", "anchors", "deltas", "scores"), strict=True):
            require_rank(t, port, (rank,), self.type)
            require_single(t, port, self.type)
            require_same_type(im_info, t, self.type)
        if self.nms_eta != 1.0:
            raise UnsupportedError(f"{self.type}: nms_eta is {self.nms_eta}; only 1 is supported")
        if im_info.shape[1] not in (3, 4):
            raise ShapeError(f"{self.type}: im_info must have 3 or 4 numbers of a picture, got {im_info}")
        batch, count, *space = scores.shape
        require_equal(im_info.shape[0], batch, "the pictures of im_info and scores", self.type)
        require_equal(deltas.shape[0], batch, "the pictures of deltas and scores", self.type)
        require_equal(deltas.shape[1], 4 * count, "the channels of deltas and 4 of each anchor", self.type)
        for axis, dim in enumerate((*space, count, 4)):
            require_equal(anchors.shape[axis], dim, "dims of anchors and scores", self.type)
        for axis, dim in enumerate(space):
            require_equal(deltas.shape[2 + axis], dim, "dims of deltas and scores", self.type)
        most = maximum_of(batch * minimum(product((count, *space)), self.post_nms_count))
        found = defined("count", 0, int(most) if most < 2**62 else None)
        kind = scores.dtype
        return TensorType(kind, (found, 4)), TensorType(kind, (found,)), TensorType(self.roi_num_type, (batch,))

    def evaluate(self, im_info: Array, anchors: Array, deltas: Array, scores: Array) -> tuple[Array, Array, Array]:
        one, (batch, count, high, wide) = np.float32, scores.shape
        moves = deltas.astype(one).reshape(batch, count, 4, high, wide).transpose(0, 3, 4, 1, 2).reshape(batch, -1, 4)
        own = scores.astype(one).transpose(0, 2, 3, 1).reshape(batch, -1)
        places = anchors.astype(one).reshape(-1, 4)
        regions, found, numbers = [np.zeros((0, 4), one)], [np.zeros(0, one)], []
        for n in range(batch):
            image = im_info[n].astype(one)
            least = one(self.min_size) * np.array([image[-1], image[2]], one)
            boxes = self.moved(places, moves[n], image[1::-1], self.extra)
            sizes = boxes[:, 2:] - boxes[:, :2] + one(self.extra)
            large: Array = np.logical_and.reduce(sizes >= least, 1)
            order = ranked(own[n])[: self.pre_nms_count]
            kept = greedy(boxes, order[large[order]], self.nms_threshold, self.post_nms_count, self.extra)
            regions.append(boxes[kept])
            found.append(own[n][kept])
            numbers.append(len(kept))
        kind = scores.dtype
        counts = np.array(numbers, self.roi_num_type.numpy)
        return np.concatenate(regions).astype(kind), np.concatenate(found).astype(kind), counts
