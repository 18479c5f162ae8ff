"""What detectors of the Detectron family are made of: anchors, features of regions, the best regions, answers."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import product
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_least, at_most, finite, floats, ints, not_negative, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type, require_single
from dldt.compiler.ops.greedy import greedy, ranked
from dldt.compiler.ops.roi_align import ROIAlign
from dldt.compiler.ops.roi_pooling import MOST_CELLS
from dldt.compiler.types import Array, DType, TensorType

_MOST = (1 << 31) - 1
CANONICAL_SIDE, CANONICAL_LEVEL = 224.0, 2
"""A region of this side has its features in this level."""


@op("opset6")
class ExperimentalDetectronPriorGridGenerator(Op):
    """[H · W · priors, 4] (without ``flatten`` [H, W, priors, 4]): priors [n, 4], moved to the middle of each cell of
    the grid H x W of feature_map over the picture im_data. ``h`` and ``w``: another grid; ``stride_x`` and
    ``stride_y``: the size of a cell"""

    flatten: bool = attrs.field(default=True)
    h: int = attrs.field(default=0, converter=int, validator=[not_negative, at_most(_MOST)])
    w: int = attrs.field(default=0, converter=int, validator=[not_negative, at_most(_MOST)])
    stride_x: float = attrs.field(default=0.0, converter=float, validator=finite)
    stride_y: float = attrs.field(default=0.0, converter=float, validator=finite)

    def infer(self, priors: TensorType, feature_map: TensorType, im_data: TensorType) -> TensorType:
        for t, port, rank in ((priors, "priors", 2), (feature_map, "feature_map", 4), (im_data, "im_data", 4)):
            require_rank(t, port, (rank,), self.type)
            require_single(t, port, self.type)
            require_same_type(priors, t, self.type)
        require_equal(priors.shape[1], 4, "the sides of a prior and 4", self.type)
        grid = (self.h or feature_map.shape[2], self.w or feature_map.shape[3])
        shape = (*grid, priors.shape[0])
        return TensorType(priors.dtype, (product(shape), 4) if self.flatten else (*shape, 4))

    def evaluate(self, priors: Array, feature_map: Array, im_data: Array) -> Array:
        grid = (self.h or feature_map.shape[2], self.w or feature_map.shape[3])
        one, at = np.float32, []
        for count, size, stride in zip(grid, im_data.shape[2:], (self.stride_y, self.stride_x), strict=True):
            step = one(stride) if stride else one(size) / one(count)
            at.append(step * (np.arange(count, dtype=one) + one(0.5)))
        y, x = np.meshgrid(*at, indexing="ij")
        made = np.stack([x, y, x, y], -1)[:, :, None] + priors.astype(one)
        return (made.reshape(-1, 4) if self.flatten else made).astype(priors.dtype)


@op("opset6")
class ExperimentalDetectronTopKROIs(Op):
    """[max_rois, 4]: of input_rois [n, 4] those of the largest input_probs [n], then zeros"""

    max_rois: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])

    def infer(self, input_rois: TensorType, input_probs: TensorType) -> TensorType:
        require_rank(input_rois, "input_rois", (2,), self.type)
        require_rank(input_probs, "input_probs", (1,), self.type)
        require_single(input_rois, "input_rois", self.type)
        require_same_type(input_rois, input_probs, self.type)
        require_equal(input_rois.shape[1], 4, "the sides of a region and 4", self.type)
        require_equal(input_rois.shape[0], input_probs.shape[0], "the numbers of regions and probabilities", self.type)
        return TensorType(input_rois.dtype, (self.max_rois, 4))

    def evaluate(self, input_rois: Array, input_probs: Array) -> Array:
        made = np.zeros((self.max_rois, 4), input_rois.dtype)
        order = np.argsort(-input_probs, kind="stable")[: self.max_rois]
        made[: len(order)] = input_rois[order]
        return made


@op("opset6")
class ExperimentalDetectronROIFeatureExtractor(Op):
    """[regions, C, output_size, output_size], and the regions again: ROIAlign of each region (left, top, right, bottom)
    in one level of a pyramid of features, whose pixels are ``pyramid_scales`` pixels of the picture: the third where
    the region is 224 pixels large, the next where it is twice as large. A region without area gives zeros"""

    output_size: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    sampling_ratio: int = attrs.field(converter=int, validator=[not_negative, at_most(1 << 8)])
    pyramid_scales: tuple[int, ...] = attrs.field(converter=ints, validator=[positive, at_most(_MOST)])
    aligned: bool = attrs.field(default=False)

    def infer(self, input: TensorType, *levels: TensorType) -> tuple[TensorType, TensorType]:
        require_rank(input, "the regions", (2,), self.type)
        require_single(input, "the regions", self.type)
        require_equal(input.shape[1], 4, "the sides of a region and 4", self.type)
        if not levels or len(levels) != len(self.pyramid_scales):
            raise ShapeError(
                f"{self.type}: {len(levels)} levels of features need as many pyramid_scales, got {self.pyramid_scales}"
            )
        for t in levels:
            require_rank(t, "a level of features", (4,), self.type)
            require_same_type(input, t, self.type)
            require_equal(t.shape[0], 1, "the pictures and 1", self.type)
            require_equal(t.shape[1], levels[0].shape[1], "the channels of levels of features", self.type)
        shape = (input.shape[0], levels[0].shape[1], self.output_size, self.output_size)
        return TensorType(input.dtype, shape), TensorType(input.dtype, input.shape)

    def thresholds(self) -> Array:
        """The sizes, in canonical sides, from which on a region is in the second level, the third …"""
        return np.float32(2) ** np.arange(1 - CANONICAL_LEVEL, len(self.pyramid_scales) - CANONICAL_LEVEL, dtype="f4")

    def evaluate(self, *inputs: Array) -> tuple[Array, Array]:
        rois, levels = inputs[0].astype(np.float32), inputs[1:]
        shape = (len(rois), levels[0].shape[1], self.output_size, self.output_size)
        made = np.zeros(shape, np.float32)
        area = (rois[:, 2] - rois[:, 0]) * (rois[:, 3] - rois[:, 1])
        size = np.sqrt(np.maximum(area, 0)) / np.float32(CANONICAL_SIDE) + np.float32(1e-6)
        where = (size[:, None] >= self.thresholds()).sum(1)
        for level, (features, scale) in enumerate(zip(levels, self.pyramid_scales, strict=True)):
            own = np.flatnonzero((where == level) & (area > 0))
            pool = ROIAlign(self.output_size, self.output_size, self.sampling_ratio, 1.0, "avg")
            sides = rois[own] * (np.float32(1) / np.float32(scale)) - np.float32(0.5 if self.aligned else 0)
            made[own] = pool.evaluate(features.astype(np.float32), sides, np.zeros(len(own), np.int64))
        return made.astype(inputs[0].dtype), inputs[0]


@op("opset6")
class ExperimentalDetectronDetectionOutput(Op):
    """Boxes [max_detections_per_image, 4], their classes and scores, then zeros: for each class but the first the rois
    [n, 4] moved by its deltas [n, classes · 4], above score_threshold, at most post_nms_count of which none covers a
    better one by more than nms_threshold; class by class, or where there are more than max_detections_per_image the
    best of all"""

    score_threshold: float = attrs.field(converter=float, validator=finite)
    nms_threshold: float = attrs.field(converter=float, validator=finite)
    num_classes: int = attrs.field(converter=int, validator=[positive, at_most(1 << 20)])
    post_nms_count: int = attrs.field(converter=int, validator=[at_least(-1), at_most(_MOST)])
    max_detections_per_image: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    max_delta_log_wh: float = attrs.field(converter=float, validator=finite)
    deltas_weights: tuple[float, ...] = attrs.field(converter=floats, validator=finite)
    class_agnostic_box_regression: bool = attrs.field(default=False)

    def infer(
        self, input_rois: TensorType, input_deltas: TensorType, input_scores: TensorType, input_im_info: TensorType
    ) -> tuple[TensorType, TensorType, TensorType]:
        for t, port in ((input_rois, "rois"), (input_deltas, "deltas"), (input_scores, "scores")):
            require_rank(t, port, (2,), self.type)
            require_single(t, port, self.type)
            require_same_type(input_rois, t, self.type)
        count, classes = input_rois.shape[0], self.num_classes
        require_equal(input_rois.shape[1], 4, "the sides of a region and 4", self.type)
        require_equal(input_deltas.shape[0], count, "the numbers of deltas and regions", self.type)
        require_equal(input_deltas.shape[1], 4 * classes, f"deltas and 4 of each of {classes} classes", self.type)
        require_equal(input_scores.shape[0], count, "the numbers of scores and regions", self.type)
        require_equal(input_scores.shape[1], classes, f"scores and {classes} classes", self.type)
        if len(self.deltas_weights) != 4 or 0 in self.deltas_weights:
            raise ShapeError(f"{self.type}: deltas_weights is {self.deltas_weights}, must be 4 numbers, none of them 0")
        if classes < 2:
            raise ShapeError(f"{self.type}: num_classes is {classes}, must be at least 2: the first is the background")
        most, kind = self.max_detections_per_image, input_rois.dtype
        return TensorType(kind, (most, 4)), TensorType(DType.i32, (most,)), TensorType(kind, (most,))

    def evaluate(
        self, input_rois: Array, input_deltas: Array, input_scores: Array, input_im_info: Array
    ) -> tuple[Array, Array, Array]:
        one, most, found = np.float32, self.max_detections_per_image, []
        boxes = self._moved(input_rois.astype(one), input_deltas.astype(one))
        real: Array = np.logical_and.reduce(input_rois[:, 2:] > input_rois[:, :2], 1)
        scores = np.where(real[:, None], input_scores.astype(one), 0)
        for kind in range(1, self.num_classes):
            order = ranked(scores[:, kind], self.score_threshold)
            kept = greedy(boxes[:, kind], order, self.nms_threshold, extra=1.0)
            kept = kept[: self.post_nms_count] if self.post_nms_count != -1 else kept
            found += [(kind, place) for place in kept]
        if len(found) > most:
            found = sorted(found, key=lambda item: (-scores[item[1], item[0]], item[1]))[:most]
        made = np.zeros((most, 4), one), np.zeros(most, np.int32), np.zeros(most, one)
        for k, (kind, place) in enumerate(found):
            made[0][k], made[1][k], made[2][k] = boxes[place, kind], kind, scores[place, kind]
        return made[0].astype(input_rois.dtype), made[1], made[2].astype(input_rois.dtype)

    def _moved(self, rois: Array, deltas: Array) -> Array:
        one = np.float32
        low, size = rois[:, None, :2], rois[:, None, 2:] - rois[:, None, :2] + one(1)
        moves = deltas.reshape(len(rois), self.num_classes, 4) / np.array(self.deltas_weights, one)
        center = moves[..., :2] * size + (low + one(0.5) * size)
        half = one(0.5) * np.exp(np.minimum(moves[..., 2:], one(self.max_delta_log_wh))) * size
        made = np.concatenate([center - half, center + half - one(1)], -1)
        return np.maximum(made, 0)
