"""A .caffemodel: the net without its weights, and the blobs of each layer, which stay in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # no stubs

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular
from dldt.frontends.caffe.blob import Blob
from dldt.frontends.caffe.messages import MESSAGES
from dldt.frontends.engine.protobuf import BYTES, Field, Fields, field_head
from dldt.frontends.engine.sniff import looks_like

MAX_BYTES = 1 << 33
_MAX_FIELDS = 1 << 20
_LAYER, _V1_LAYER, _V0_LAYER = 100, 2, 1
_BLOBS = {_LAYER: 7, _V1_LAYER: 6}
_V0_BLOBS = 50
_NAME = {_LAYER: 1, _V1_LAYER: 4}
_V0_NAME = 1


@attrs.frozen(eq=False)
class StoredNet:
    """What a .caffemodel holds."""

    net: Any
    """The NetParameter without blobs."""
    blobs: dict[str, tuple[Blob, ...]]
    """By the names of the layers; those of the last layer of a name that has any."""


def read_caffemodel(file: Path) -> StoredNet:
    """The net in a file. Raises InputError on one that is damaged or none."""
    data = map_regular(file, max_bytes=MAX_BYTES)
    if not data:
        raise InputError(f"{file}: the file is empty")
    try:
        return _Stored(data).read()
    except (ValueError, DecodeError) as error:
        kind = looks_like(bytes(data[:512]))
        about = f"it looks like {kind}" if kind else f"it is truncated, damaged or of another kind ({error})"
        raise InputError(f"{file}: not a .caffemodel: {about}") from error


def read_mean(file: Path) -> Blob:
    """The one blob in a .binaryproto. Raises InputError."""
    data = map_regular(file, max_bytes=MAX_BYTES)
    try:
        blob = Blob.of(data, 0, len(data), _MAX_FIELDS)
    except ValueError as error:
        raise InputError(f"{file}: not a mean file (a BlobProto): {error}") from error
    if not blob.elements:
        raise InputError(f"{file}: not a mean file (a BlobProto): it has no numbers")
    return blob


class _Stored:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._fields = Fields(data, _MAX_FIELDS)
        self._blobs: dict[str, tuple[Blob, ...]] = {}

    def read(self) -> StoredNet:
        plain = bytearray()
        layers = 0
        for field in self._fields.walk(0, len(self._data)):
            if field.number in _BLOBS and field.wire == BYTES:
                layers += 1
                content = self._layer(field)
                plain += field_head(field.number, len(content)) + content
            else:
                plain += self._data[field.at : field.end]
        if not layers:
            raise ValueError("it has no layers")
        return StoredNet(MESSAGES["NetParameter"].FromString(bytes(plain)), self._blobs)

    def _layer(self, layer: Field) -> bytes:
        """The bytes of a layer without its blobs."""
        own = _BLOBS[layer.number]
        name_number = _NAME[layer.number]
        plain, name, blobs = bytearray(), b"", list[Blob]()
        for field in self._fields.walk(layer.begin, layer.end):
            if field.number == own and field.wire == BYTES:
                blobs.append(self._blob(field))
                continue
            if layer.number == _V1_LAYER and field.number == _V0_LAYER and field.wire == BYTES:
                name, inner = self._oldest(field, blobs)
                plain += field_head(_V0_LAYER, len(inner)) + inner
                continue
            if field.number == name_number and field.wire == BYTES:
                name = bytes(self._data[field.begin : field.end])
            plain += self._data[field.at : field.end]
        if blobs:
            self._blobs[name.decode("utf-8", "replace")] = tuple(blobs)
        return bytes(plain)

    def _oldest(self, layer: Field, blobs: list[Blob]) -> tuple[bytes, bytes]:
        """The name and the bytes without blobs of a layer of the oldest form."""
        plain, name = bytearray(), b""
        for field in self._fields.walk(layer.begin, layer.end):
            if field.number == _V0_BLOBS and field.wire == BYTES:
                blobs.append(self._blob(field))
                continue
            if field.number == _V0_NAME and field.wire == BYTES:
                name = bytes(self._data[field.begin : field.end])
            plain += self._data[field.at : field.end]
        return name, bytes(plain)

    def _blob(self, field: Field) -> Blob:
        return Blob.of(self._data, field.begin, field.end, _MAX_FIELDS)
