"""The proposals and the last part of two-stage detectors → Proposal and DetectionOutput."""

from __future__ import annotations

import attrs

from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.settings import Settings
from dldt.frontends.tensorflow.replacement.single_shot import clipping, converter, selection, variances

PROPOSALS = "crop_proposals"
"""The node of the proposals: one for each picture and place, sides as parts of the picture."""
DETECTIONS = "detection_output"
_REARRANGED = ("Reshape", "Squeeze", "ExpandDims", "Identity", "Concat", "ConcatV2", "Transpose", "Cast")
IMAGE_INFO = "image_info"


def proposals(edit: Edit, settings: Settings) -> None:
    """The first stage's convolutions of boxes and scores → Proposal, which reads the picture's size from a new input,
    ``image_info``: height, width and scale. What read the first node of ``end_points`` reads the proposals."""
    if settings.entry.attributes.get("operation_to_add", "Proposal") != "Proposal":
        raise settings.entry.error('operation_to_add must be "Proposal"; other operations are not supported')
    codes, scores = (edit.behind(tensor, _REARRANGED) for tensor in edit.begins(settings.entry, 2))
    own = {
        "base_size": settings.count("anchor_generator_height"),
        "feat_stride": settings.count("anchor_generator_height_stride"),
        "scales": settings.numbers("anchor_generator_scales"),
        "ratios": settings.numbers("anchor_generator_aspect_ratios"),
        "nms_threshold": settings.number("first_stage_nms_iou_threshold"),
        "max_proposals": settings.count("first_stage_max_proposals"),
        "box_size_scale": settings.number("frcnn_variance_height"),
        "box_coordinate_scale": settings.number("frcnn_variance_x"),
        **clipping(settings),
    }
    end = edit.end(settings.entry)
    edit.declare(IMAGE_INFO, DeclaredType(DType.f32, (1, 3)))
    edit.give(end, edit.add("Replaced>Proposals", PROPOSALS, (scores, codes, IMAGE_INFO), own))


def second_stage(edit: Edit, settings: Settings) -> None:
    """What the second stage says of the proposals → DetectionOutput."""
    codes, scores = edit.begins(settings.entry, 2)
    if edit.find(PROPOSALS) is None:
        raise settings.entry.error("an entry ObjectDetectionAPIProposalReplacement must stand before it")
    own = {
        "score_converter": converter(settings),
        "num_classes": settings.count("num_classes") + 1,
        "max_proposals": settings.count("first_stage_max_proposals"),
        "share_location": settings.flag("share_box_across_classes"),
        "variances": variances(settings),
        **selection(settings),
        **clipping(settings),
    }
    edit.outputs = [edit.add("Replaced>SecondStage", DETECTIONS, (codes, scores, PROPOSALS), own)]


def sensitive_crops(edit: Edit, settings: Settings) -> None:
    """R-FCN: each scope that crops bins of the proposals, with channels of their own, → PSROIPooling."""
    if edit.find(PROPOSALS) is None:
        raise settings.entry.error("an entry ObjectDetectionAPIProposalReplacement must stand before it")
    own = {
        name: settings.count(name)
        for name in ("num_spatial_bins_height", "num_spatial_bins_width", "crop_height", "crop_width")
    }
    for scope in settings.entry.texts(settings.entry.instances, "instances"):
        entry = attrs.evolve(settings.entry, instances=[scope])
        (features,) = edit.begins(entry, 1)
        end = edit.end(entry)
        name = f"{scope.strip('/').replace('/', '_')}/PSROIPooling"
        edit.give(end, edit.add("Replaced>SensitiveCrops", name, (features, PROPOSALS), own))
