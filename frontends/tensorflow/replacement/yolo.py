"""The last convolutions of YOLO → RegionYolo."""

from __future__ import annotations

from typing import Any

from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.settings import Settings


def yolo(edit: Edit, settings: Settings) -> None:
    """Versions 1 and 2: each output is what a region is made of."""
    own = settings.entry.attributes
    boxes = {"num": settings.count("num"), "do_softmax": bool(own.get("do_softmax", True))}
    edit.outputs = [_region(edit, settings, tensor, boxes) for tensor in edit.outputs]


def yolo_v3(edit: Edit, settings: Settings) -> None:
    """Versions 3 and 4: what the nodes of ``entry_points`` read; each has its own part of the boxes."""
    own, entries = settings.entry.attributes, settings.entry.names("entry_points")
    masks = own.get("masks", [own.get("mask", [0, 1, 2])] * len(entries))
    if not isinstance(masks, list) or len(masks) != len(entries) or not all(map(_counts, masks)):
        raise settings.entry.error(f"masks must be {len(entries)} lists of numbers of boxes, one for each entry point")
    regions = []
    for name, mask in zip(entries, masks, strict=True):
        boxes = {"num": settings.count("num"), "do_softmax": False, "mask": tuple(mask)}
        regions.append(_region(edit, settings, edit.source(name), boxes))
    edit.outputs = regions


def _region(edit: Edit, settings: Settings, tensor: str, boxes: dict[str, Any]) -> str:
    anchors = settings.entry.attributes.get("anchors", [])
    if not isinstance(anchors, list) or not all(isinstance(each, int | float) for each in anchors):
        raise settings.entry.error("anchors must be a list of numbers")
    own = {
        "coords": settings.count("coords"),
        "classes": settings.count("classes"),
        "anchors": tuple(map(float, anchors)),
    }
    return edit.add("Replaced>RegionYolo", f"{tensor.replace(':', '_')}/YoloRegion", [tensor], {**own, **boxes})


def _counts(mask: Any) -> bool:
    return isinstance(mask, list) and all(type(each) is int for each in mask)
