"""The masks of Mask R-CNN, of the boxes that DetectionOutput gives."""

from __future__ import annotations

from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.settings import Settings
from dldt.frontends.tensorflow.replacement.two_stage import DETECTIONS

_ROWS = "reshape_do_2d"
"""The output with the rows of DetectionOutput, in the order of the masks."""


def mask_crops(edit: Edit, settings: Settings) -> None:
    """What is cut from the features for the masks is cut in the boxes of DetectionOutput, by ROIPooling. The model
    gives the rows of DetectionOutput, and what the entry of the outputs names."""
    if edit.find(DETECTIONS) is None:
        raise settings.entry.error("an entry ObjectDetectionAPIDetectionOutputReplacement must stand before it")
    (features,) = edit.begins(settings.entry, 1)
    own = {"side": settings.count("initial_crop_size")}
    end = edit.end(settings.entry)
    edit.give(end, edit.add("Replaced>MaskCrops", "ROI_pooling_2", (features, DETECTIONS), own))
    edit.outputs = [edit.add("Replaced>Rows", _ROWS, (DETECTIONS,))]


def mask_sigmoid(edit: Edit, settings: Settings) -> None:
    """Outputs whose names begin with a prefix become masks, channels first, from 0 to 1."""
    prefix = str(settings.entry.attributes.get("masks_node_prefix_name", "SecondStageBoxPredictor"))
    plain = prefix.removeprefix("StatefulPartitionedCall/")
    edit.outputs = [
        edit.add("Replaced>Masks", "masks", (name,)) if f"/{plain}" in f"/{name}" else name for name in edit.outputs
    ]
