"""What of a training net is left when it is used: data become inputs, losses what they compute before the loss."""

from __future__ import annotations

from typing import Any

import attrs

DATA = frozenset(
    (
        "data",
        "imagedata",
        "hdf5data",
        "windowdata",
        "memorydata",
        "annotateddata",
        "videodata",
        "dummydata",
        "input",
        "denseimagedata",
        "imagesegdata",
    )
)
"""Types of layers that bring data, in small letters."""
_INFERENCE = {
    "softmaxwithloss": ("Softmax", "softmax_param"),
    "softmaxwithlossohem": ("Softmax", "softmax_param"),
    "sigmoidcrossentropyloss": ("Sigmoid", "sigmoid_param"),
}
_OTHERS = frozenset(
    (
        "accuracy",
        "silence",
        "hdf5output",
        "detectionevaluate",
        "boxannotatorohem",
        "evaldetection",
        "segaccuracy",
        "matwrite",
        "smoothl1lossohem",
    )
)


@attrs.frozen
class Used:
    """The layers that are left, and what those that are gone read."""

    layers: list[Any]
    results: tuple[str, ...]
    """The first bottoms of the layers that are gone: what the net computes for them."""
    labels: frozenset[str]
    """Their other bottoms, and those of losses whose inference form is left."""


def in_use(layers: list[Any]) -> Used:
    """The layers of a net as they are used: losses as their inference form, or gone with the rest of the training."""
    kept: list[Any] = []
    results: list[str] = []
    labels: set[str] = set()
    for layer in layers:
        kind = layer.type.lower()
        if kind in _INFERENCE:
            labels.update(layer.bottom[1:])
            kept.append(_inference(layer, *_INFERENCE[kind]))
        elif kind in _OTHERS or (kind.endswith("loss") and kind not in _INFERENCE):
            silent = kind == "silence"
            results += [] if silent else layer.bottom[:1]
            labels.update(layer.bottom if silent else layer.bottom[1:])
        else:
            kept.append(layer)
    return Used(kept, tuple(dict.fromkeys(results)), frozenset(labels))


def _inference(layer: Any, type: str, message: str) -> Any:
    made = layer.__class__(name=layer.name, type=type, bottom=layer.bottom[:1])
    made.top.append(layer.top[1] if len(layer.top) > 1 else layer.top[0] if layer.top else layer.name)
    if layer.HasField(message):
        getattr(made, message).CopyFrom(getattr(layer, message))
    return made
