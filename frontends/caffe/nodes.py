"""Layers → nodes: settings become plain attributes, blobs become inputs behind the bottoms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.caffe.blob import Blob
from dldt.frontends.caffe.layers import LAYERS, LayerType
from dldt.frontends.caffe.shift_file import shift_of
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord

_SETTING = re.compile(r"""['"]?(\w+)['"]?\s*:\s*(?:!![\w/:.]+\s*)?(\[[^\]]*\]|\([^)]*\)|[^,}\n]+)""")
"""YAML's ``name: value``; a list may have a type before it: ``scales: !!python/tuple [4, 8]``."""
_PROPOSAL = {"scales": "scale", "ratios": "ratio"}
_MAX_SETTING = 4096


class Nodes:
    """The nodes of one net, and the blobs that they share."""

    def __init__(self, file: Path, blobs: Mapping[str, tuple[Blob, ...]]) -> None:
        self._file = file
        self._blobs = blobs
        self._owners: dict[str, str] = {}
        self.initializers: dict[str, TensorRecord] = {}
        self.without_weights: list[str] = []
        """The layers that need blobs and have none."""

    def of(self, layer: Any) -> list[NodeRecord]:
        """The nodes that a layer is: one, or one for each of its bottoms. Raises InputError."""
        if layer.type.lower() == "python":
            layer = _built_in(layer)
        kind = LAYERS.get(layer.type.lower())
        if kind is None:
            return [NodeRecord(layer.type or "(no type)", layer.name, tuple(layer.bottom), tuple(layer.top))]
        attributes = _attributes(layer, kind)
        blobs = self._stored(layer, kind)
        if kind.apart and len(layer.bottom) > 1:
            if len(layer.bottom) != len(layer.top):
                raise InputError(
                    f"{self._file}: layer {shown(layer.name)} has {len(layer.bottom)} bottoms and {len(layer.top)} tops"
                )
            pairs = zip(layer.bottom, layer.top, strict=True)
            return [
                NodeRecord(kind.name, f"{layer.name}_{top}", (bottom, *blobs), (top,), attributes)
                for bottom, top in pairs
            ]
        inputs = self._bottoms(layer, kind, behind=bool(blobs)) + blobs
        return [NodeRecord(kind.name, layer.name, inputs, tuple(layer.top), attributes)]

    def _bottoms(self, layer: Any, kind: LayerType, *, behind: bool) -> tuple[str, ...]:
        """The bottoms, filled up with names of nothing where blobs stand behind them."""
        bottoms = tuple(layer.bottom)
        if kind.bottoms is None:
            return bottoms
        if len(bottoms) > kind.bottoms:
            raise InputError(
                f"{self._file}: layer {shown(layer.name)} of type {kind.name} has {len(bottoms)} bottoms, it takes at "
                f"most {kind.bottoms}"
            )
        return bottoms + ("",) * (kind.bottoms - len(bottoms)) if behind else bottoms

    def _stored(self, layer: Any, kind: LayerType) -> tuple[str, ...]:
        """The names of the layer's blobs, which are initialisers."""
        own = self._blobs.get(layer.name, ())
        if kind.name == "PowerFile":
            own = shift_of(layer.power_file_param.shift_file, self._file)
        shared = [param.name for param in layer.param]
        names = []
        for position in range(max(len(own), len([name for name in shared if name]))):
            label = shared[position] if position < len(shared) else ""
            name = self._owners.setdefault(label, f"{layer.name}/blob{position}") if label else ""
            name = name or f"{layer.name}/blob{position}"
            if name not in self.initializers and position < len(own):
                self.initializers[name] = own[position].record()
            if name in self.initializers:
                names.append(name)
        needed = 0 if kind.bottom_for_blob and len(layer.bottom) > 1 else kind.blobs
        if kind.bottoms is None or not (needed or kind.bottom_for_blob or kind.optional_blobs):
            return ()
        if len(names) < needed:
            self.without_weights.append(layer.name)
        return tuple(names)


def _attributes(layer: Any, kind: LayerType) -> dict[str, Any]:
    """The settings that are given. Names of enumerations are texts, messages of one number list are that list."""
    if not kind.message:
        return {}
    return _settings(getattr(layer, kind.message))


def _settings(message: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        name = field.name if field.name.startswith(prefix) else prefix + field.name
        inner = field.message_type
        if field.name == "data_filler":
            found[name] = tuple(filler.value for filler in value)
            continue
        if field.name == "engine" or (inner is not None and inner.name in ("FillerParameter", "Ignored")):
            continue
        if inner is None:
            found[name] = _plain(field, value)
        elif inner.name == "BlobShape":
            repeated = isinstance(getattr(message.__class__(), field.name), type(value)) and not hasattr(value, "dim")
            found[name] = tuple(tuple(item.dim) for item in value) if repeated else tuple(value.dim)
        else:
            found.update(_settings(value, f"{field.name.removesuffix('_param')}_"))
    return found


def _plain(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return tuple(value) if hasattr(value, "append") else value


def _built_in(layer: Any) -> Any:
    """Faster R-CNN's layer in Python as the built-in one that other forks have; any other layer as it is."""
    param = layer.python_param
    if param.layer.lower() not in ("proposallayer",):
        return layer
    made = layer.__class__()
    made.CopyFrom(layer)
    made.type = "Proposal"
    for name, text in _SETTING.findall(param.param_str[:_MAX_SETTING]):
        field = made.proposal_param.DESCRIPTOR.fields_by_name.get(_PROPOSAL.get(name, name))
        if field is None:
            continue
        numbers = [float(item) for item in re.findall(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", text)]
        if field.name in ("ratio", "scale"):
            getattr(made.proposal_param, field.name).extend(numbers)
        elif numbers:
            whole = field.cpp_type != field.CPPTYPE_FLOAT
            setattr(made.proposal_param, field.name, int(numbers[0]) if whole else numbers[0])
    return made
