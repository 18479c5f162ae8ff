"""The last part of single-shot detectors → DetectionOutput."""

from __future__ import annotations

from typing import Any

from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.settings import Settings

_MAX_NAMES = 3
"""The nodes behind boxes, scores and priors come first among ``start_points``."""
CONVERTERS = ("IDENTITY", "SIGMOID", "SOFTMAX")


def ssd_postprocessor(edit: Edit, settings: Settings) -> None:
    """SSD of the Object Detection API: what the first nodes of ``start_points`` read are the codes of the boxes, the
    scores and the anchors. The graph's own anchors are taken, whatever generates them."""
    codes, scores, anchors = edit.begins(settings.entry, 3)
    background = settings.flag("add_background_class")
    own = {
        "score_converter": converter(settings),
        "num_classes": settings.count("num_classes") + background,
        "background_label_id": 0 if background else -1,
        "variances": variances(settings),
        **selection(settings),
        **clipping(settings),
    }
    edit.outputs = [edit.add("Replaced>SSDDetections", "DetectionOutput", (codes, scores, anchors), own)]


def retina_net(edit: Edit, settings: Settings) -> None:
    """FilteredDetections of keras-retinanet: corners are moved, no class is the background, anchors are in pixels."""
    codes, scores, anchors = edit.begins(settings.entry, 3)
    variance = settings.numbers("variance")
    if len(variance) != 4:
        raise settings.entry.error("variance must be 4 numbers")
    images = list(edit.inputs)
    if len(images) != 1:
        raise settings.entry.error(f"the model must have one input, its picture, but has {len(images)}")
    own = {
        "variances": variance,
        "nms_threshold": settings.number("nms_threshold"),
        "confidence_threshold": settings.number("confidence_threshold"),
        "top_k": settings.count("top_k"),
        "keep_top_k": settings.count("keep_top_k"),
    }
    edit.outputs = [edit.add("Replaced>RetinaDetections", "DetectionOutput", (codes, scores, anchors, images[0]), own)]


def toolbox(edit: Edit, settings: Settings) -> None:
    """SSD of the toolbox: three tensors are what DetectionOutput takes."""
    given = [edit.made(name) for name in settings.entry.points("start_points")[:_MAX_NAMES]]
    if len(given) != _MAX_NAMES:
        raise settings.entry.error("instances.start_points must name the boxes, the scores and the priors")
    own = {
        "nms_threshold": settings.number("nms_threshold"),
        "confidence_threshold": settings.number("confidence_threshold"),
        "keep_top_k": settings.count("keep_top_k"),
    }
    edit.outputs = [edit.add("Replaced>Detections", "DetectionOutput", given, own)]


def converter(settings: Settings) -> str:
    """What makes scores of the network's numbers. Raises InputError."""
    name = str(settings.value("postprocessing_score_converter")).upper()
    if name not in CONVERTERS:
        raise settings.entry.error(f"postprocessing_score_converter is {name}, must be one of {', '.join(CONVERTERS)}")
    return name


def variances(settings: Settings) -> tuple[float, ...]:
    """By what codes are divided: columns, rows, widths, heights."""
    scales = [settings.number(f"frcnn_variance_{part}") for part in ("x", "y", "width", "height")]
    if not all(scales):
        raise settings.entry.error("a variance is 0")
    return tuple(1.0 / scale for scale in scales)


def selection(settings: Settings) -> dict[str, Any]:
    """Which boxes are kept."""
    return {
        "nms_threshold": settings.number("postprocessing_iou_threshold"),
        "confidence_threshold": settings.number("postprocessing_score_threshold"),
        "top_k": settings.count("postprocessing_max_detections_per_class"),
        "keep_top_k": settings.count("postprocessing_max_total_detections"),
    }


def clipping(settings: Settings) -> dict[str, Any]:
    """When boxes are cut at the edges of the picture."""
    own = settings.entry.attributes
    return {name: bool(own.get(name, False)) for name in ("clip_before_nms", "clip_after_nms")}
