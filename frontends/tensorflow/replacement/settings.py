"""What replaced sub-graphs compute with: numbers of the entry itself, of the pipeline file, or defaults."""

from __future__ import annotations

import math
from typing import Any

import attrs

from dldt.compiler.errors import UsageError
from dldt.frontends.tensorflow.replacement.pipeline import Message, field
from dldt.frontends.tensorflow.replacement.replacement import Replacement

_NMS = "batch_non_max_suppression"
_PATHS: dict[str, tuple[str, ...]] = {
    "num_classes": ("num_classes",),
    "add_background_class": ("add_background_class",),
    "resizer_image_height": ("image_resizer/fixed_shape_resizer/height",),
    "resizer_image_width": ("image_resizer/fixed_shape_resizer/width",),
    "resizer_min_dimension": ("image_resizer/keep_aspect_ratio_resizer/min_dimension",),
    "anchor_generator_height": ("first_stage_anchor_generator/grid_anchor_generator/height",),
    "anchor_generator_height_stride": ("first_stage_anchor_generator/grid_anchor_generator/height_stride",),
    "anchor_generator_scales": ("first_stage_anchor_generator/grid_anchor_generator/scales",),
    "anchor_generator_aspect_ratios": ("first_stage_anchor_generator/grid_anchor_generator/aspect_ratios",),
    "first_stage_nms_iou_threshold": ("first_stage_nms_iou_threshold",),
    "first_stage_max_proposals": ("first_stage_max_proposals",),
    **{
        name: (f"second_stage_box_predictor/rfcn_box_predictor/{name}",)
        for name in ("num_spatial_bins_height", "num_spatial_bins_width", "crop_height", "crop_width")
    },
    "initial_crop_size": ("initial_crop_size",),
    "share_box_across_classes": ("second_stage_box_predictor/*/share_box_across_classes",),
    "frcnn_variance_x": ("box_coder/faster_rcnn_box_coder/x_scale",),
    "frcnn_variance_y": ("box_coder/faster_rcnn_box_coder/y_scale",),
    "frcnn_variance_width": ("box_coder/faster_rcnn_box_coder/width_scale",),
    "frcnn_variance_height": ("box_coder/faster_rcnn_box_coder/height_scale",),
} | {
    f"postprocessing_{key}": (f"post_processing/{path}", f"second_stage_post_processing/{path}")
    for key, path in {
        "score_converter": "score_converter",
        "score_threshold": f"{_NMS}/score_threshold",
        "iou_threshold": f"{_NMS}/iou_threshold",
        "max_detections_per_class": f"{_NMS}/max_detections_per_class",
        "max_total_detections": f"{_NMS}/max_total_detections",
    }.items()
}
"""Where the pipeline file says it, by the name that ``custom_attributes`` have for it."""
_DEFAULTS: dict[str, Any] = {
    "add_background_class": True,
    "share_box_across_classes": False,
    "anchor_generator_height": 256,
    "anchor_generator_height_stride": 16,
    "frcnn_variance_x": 10.0,
    "frcnn_variance_y": 10.0,
    "frcnn_variance_width": 5.0,
    "frcnn_variance_height": 5.0,
    "postprocessing_score_converter": "IDENTITY",
    "postprocessing_score_threshold": 0.0,
    "postprocessing_iou_threshold": 0.6,
    "postprocessing_max_detections_per_class": 100,
    "postprocessing_max_total_detections": 100,
}
"""Those of the API itself."""


@attrs.frozen(eq=False)
class Settings:
    """``pipeline`` is None where no pipeline file is given."""

    entry: Replacement
    pipeline: Message | None

    def number(self, key: str) -> float:
        """A number. Raises InputError, UsageError."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.entry.error(f"{key} must be a number")
        return float(value)

    def count(self, key: str) -> int:
        """A number above 0. Raises InputError, UsageError."""
        value = self.number(key)
        if not 0 < value < 1 << 31 or value != int(value):
            raise self.entry.error(f"{key} must be a whole number above 0")
        return int(value)

    def flag(self, key: str) -> bool:
        """A truth value. Raises InputError, UsageError."""
        value = self.value(key)
        if value not in (True, False):
            raise self.entry.error(f"{key} must be true or false")
        return bool(value)

    def numbers(self, key: str) -> tuple[float, ...]:
        """One number or several. Raises InputError, UsageError."""
        values = self._own(key) if key in self.entry.attributes else self._said(key)
        if not values or not all(isinstance(v, int | float) and math.isfinite(v) for v in values):
            raise self._missing(key) if not values else self.entry.error(f"{key} must be numbers")
        return tuple(map(float, values))

    def value(self, key: str) -> Any:
        """Whatever it is. Raises UsageError where nothing says it."""
        if key in self.entry.attributes:
            return self.entry.attributes[key]
        found = self._said(key) or ([_DEFAULTS[key]] if key in _DEFAULTS and self.pipeline is not None else [])
        if not found:
            raise self._missing(key)
        return found[-1]

    def has(self, key: str) -> bool:
        """Whether the entry or the pipeline file says it."""
        return key in self.entry.attributes or bool(self._said(key))

    def _own(self, key: str) -> list[Any]:
        value = self.entry.attributes[key]
        return list(value) if isinstance(value, list) else [value]

    def _said(self, key: str) -> list[Any]:
        """What the pipeline file says."""
        values = (field(self.pipeline or {}, path) for path in _PATHS.get(key, ()))
        return next((found for found in values if found), [])

    def _missing(self, key: str) -> UsageError:
        return UsageError(
            f"{self.entry.file}: {self.entry.kind}: nothing says {key}; name the model's pipeline.config with "
            "--tensorflow_object_detection_api_pipeline_config, or add it to custom_attributes"
        )
