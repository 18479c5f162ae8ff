"""Layers of the two older forms as layers of today's, by the rules of Caffe's upgrade_proto."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.caffe.messages import MESSAGES
from dldt.frontends.caffe.net_messages import V1_TYPES

_V1_NAMES = {
    "ABSVAL": "AbsVal",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "DUMMY_DATA": "DummyData",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "LRN": "LRN",
    "MVN": "MVN",
    "RELU": "ReLU",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "TANH": "TanH",
}
_V0_TYPES = {
    "conv": "Convolution",
    "pool": "Pooling",
    "innerproduct": "InnerProduct",
    "relu": "ReLU",
    "bnll": "BNLL",
    "tanh": "TanH",
    "lrn": "LRN",
    "softmax_loss": "SoftmaxWithLoss",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "images": "ImageData",
    "im2col": "Im2col",
}
"""Types of the oldest form that are not today's by a capital at each word."""

_CONVOLUTION, _POOLING, _INNER_PRODUCT = "convolution_param", "pooling_param", "inner_product_param"
_V0_FIELDS: dict[tuple[str, str], tuple[str, str]] = {
    ("conv", "num_output"): (_CONVOLUTION, "num_output"),
    ("conv", "biasterm"): (_CONVOLUTION, "bias_term"),
    ("conv", "pad"): (_CONVOLUTION, "pad"),
    ("conv", "kernelsize"): (_CONVOLUTION, "kernel_size"),
    ("conv", "group"): (_CONVOLUTION, "group"),
    ("conv", "stride"): (_CONVOLUTION, "stride"),
    ("innerproduct", "num_output"): (_INNER_PRODUCT, "num_output"),
    ("innerproduct", "biasterm"): (_INNER_PRODUCT, "bias_term"),
    ("pool", "pad"): (_POOLING, "pad"),
    ("pool", "kernelsize"): (_POOLING, "kernel_size"),
    ("pool", "stride"): (_POOLING, "stride"),
    ("pool", "pool"): (_POOLING, "pool"),
    ("dropout", "dropout_ratio"): ("dropout_param", "dropout_ratio"),
    ("lrn", "local_size"): ("lrn_param", "local_size"),
    ("lrn", "alpha"): ("lrn_param", "alpha"),
    ("lrn", "beta"): ("lrn_param", "beta"),
    ("lrn", "k"): ("lrn_param", "k"),
    ("concat", "concat_dim"): ("concat_param", "concat_dim"),
}
_V1_OWN = ("bottom", "top", "name", "include", "exclude", "type", "blobs", "param", "blob_share_mode", "layer")
_TRAINING = ("blobs_lr", "weight_decay")


def upgraded(net: Any, file: Path) -> list[Any]:
    """The layers of a NetParameter as LayerParameters. Raises InputError."""
    if net.layer and net.layers:
        raise InputError(f"{file}: the net has both 'layer' and 'layers'; Caffe allows one of them")
    if net.layer:
        return list(net.layer)
    oldest = [old.HasField("layer") for old in net.layers]
    if any(oldest):
        return _without_padding([_from_v0(old) for old in net.layers], file)
    return [_from_v1(old, file) for old in net.layers]


def _from_v1(old: Any, file: Path) -> Any:
    layer = MESSAGES["LayerParameter"](name=old.name, bottom=old.bottom, top=old.top)
    layer.include.extend(old.include)
    layer.exclude.extend(old.exclude)
    labels = {number: label for label, number in V1_TYPES.items()}
    if not old.type:
        raise InputError(f"{file}: layer {shown(old.name)} has no type")
    layer.type = _v1_name(labels[old.type])
    for name in old.param:
        layer.param.add(name=name)
    for field, value in old.ListFields():
        if field.name in _V1_OWN or field.name in _TRAINING:
            continue
        own = getattr(layer, field.name)
        (own.extend if field.name == "loss_weight" else own.CopyFrom)(value)
    return layer


def _v1_name(label: str) -> str:
    return _V1_NAMES.get(label) or "".join(word.capitalize() for word in label.split("_"))


def _from_v0(old: Any) -> Any:
    inner = old.layer
    layer = MESSAGES["LayerParameter"](name=inner.name, bottom=old.bottom, top=old.top)
    layer.type = _V0_TYPES.get(inner.type) or "".join(word.capitalize() for word in inner.type.split("_"))
    for field, value in inner.ListFields():
        place = _V0_FIELDS.get((inner.type, field.name))
        if place is not None:
            _set(getattr(layer, place[0]), place[1], value)
    if inner.type == "padding":
        layer.convolution_param.pad.append(inner.pad)
    return layer


def _set(message: Any, name: str, value: Any) -> None:
    if name in ("pad", "kernel_size", "stride") and message.DESCRIPTOR.name == "ConvolutionParameter":
        getattr(message, name).append(value)
    else:
        setattr(message, name, value)


def _without_padding(layers: Iterable[Any], file: Path) -> list[Any]:
    """Layers of type ``padding`` become the padding of those that read them."""
    kept: list[Any] = []
    paddings: dict[str, Any] = {}
    for layer in layers:
        if layer.type == "Padding":
            if len(layer.bottom) != 1 or len(layer.top) != 1:
                raise InputError(f"{file}: padding layer {shown(layer.name)} needs one bottom and one top")
            paddings[layer.top[0]] = layer
            continue
        for position, bottom in enumerate(layer.bottom):
            if bottom in paddings:
                _pad(layer, paddings[bottom].convolution_param.pad[0], file)
                layer.bottom[position] = paddings[bottom].bottom[0]
        for top in layer.top:
            paddings.pop(top, None)
        kept.append(layer)
    return kept


def _pad(layer: Any, pad: int, file: Path) -> None:
    if layer.type == "Convolution":
        layer.convolution_param.pad[:] = [pad]
    elif layer.type == "Pooling":
        layer.pooling_param.pad = pad
    else:
        raise InputError(f"{file}: layer {shown(layer.name)} of type {layer.type} cannot take a padding layer")
