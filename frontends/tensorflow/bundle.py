"""Checkpoints of version 2: an index, and shards with the bytes of the tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import LINKS, map_regular, open_regular
from dldt.compiler.types import Array
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.crc32c import crc32c, masked
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.proto import PROTO
from dldt.frontends.tensorflow.slice_key import place, slice_key
from dldt.frontends.tensorflow.sorted_table import table_entries
from dldt.frontends.tensorflow.tensor import tensor_shape

_MAX_BYTES = 1 << 40
_MAX_SHARDS = 1 << 16
_OBJECTS = b"_CHECKPOINTABLE_OBJECT_GRAPH"


class Bundle:
    """The tensors of a checkpoint by key. ``prefix``: the path of its files without ``.index``."""

    def __init__(self, prefix: Path) -> None:
        self._prefix = prefix
        self._index = Path(f"{prefix}.index")
        entries = dict(table_entries(map_regular(self._index, max_bytes=_MAX_BYTES), self._index))
        header = self._parsed("BundleHeaderProto", entries.pop(b"", b""))
        if header.endianness:
            raise UnsupportedError(f"{self._index}: the checkpoint was written by a big-endian machine")
        if not 0 < header.num_shards <= _MAX_SHARDS:
            raise InputError(f"{self._index}: the checkpoint has {header.num_shards} shards")
        self._count = header.num_shards
        self._shards: dict[int, memoryview] = {}
        self._entries = {key: self._parsed("BundleEntryProto", value) for key, value in entries.items()}
        whole = [key for key in self._entries if key[:1] != b"\0"]  # the others are slices
        self.tensors: Mapping[str, TensorRecord] = {
            key.decode("utf-8", "replace"): TensorRecord(partial(self.read, key)) for key in whole
        }

    def keys(self) -> dict[str, str]:
        """The key of each variable by its name, as far as the checkpoint tells them."""
        entry = self._entries.get(_OBJECTS)
        if entry is None:
            return {}
        data = bytes(self._bytes(entry))
        length, start = _varint(data)  # a text: its length, the checksum of that, the text
        graph = PROTO["TrackableObjectGraph"]()
        try:
            graph.ParseFromString(data[start + 4 : start + 4 + length])
        except DecodeError as error:
            raise InputError(f"{self._index}: the graph of objects in the checkpoint is damaged") from error
        return {a.full_name: a.checkpoint_key for node in graph.nodes for a in node.attributes if a.full_name}

    def read(self, key: bytes, what: str) -> Array:
        """A tensor. Raises InputError where it is damaged."""
        entry = self._entries[key]
        dtype, shape = element_type(entry.dtype), tensor_shape(entry.shape)
        if isinstance(dtype, Fault):
            raise dtype.error(what)
        dims = tuple(dim for dim in shape or () if dim is not None)
        size = math.prod(dims) * dtype.size
        if entry.slices:
            return self._joined(key, dims, dtype.numpy, what)
        data = self._bytes(entry)
        if len(data) != size:
            raise InputError(f"{what} has {len(data)} bytes in the checkpoint, its shape is {list(dims)}")
        if masked(crc32c(data)) != entry.crc32c:
            raise InputError(f"{what} is damaged in the checkpoint {self._prefix}: its checksum is wrong")
        return np.frombuffer(data, dtype.numpy).reshape(dims)

    def _joined(self, key: bytes, dims: tuple[int, ...], dtype: np.dtype[Any], what: str) -> Array:
        """A tensor that is stored in slices."""
        budget().ask(math.prod(dims) * dtype.itemsize)
        made = np.zeros(dims, dtype)
        filled = 0
        for each in self._entries[key].slices:
            inner = slice_key(key, each)
            if inner not in self._entries or self._entries[inner].slices:
                raise InputError(f"{what} misses a slice in the checkpoint {self._prefix}")
            part, at = self.read(inner, what), place(each, dims)
            if made[at].shape != part.shape or part.dtype != made.dtype:
                raise InputError(f"{what} has a slice of the wrong shape in the checkpoint {self._prefix}")
            made[at] = part
            filled += part.size
        if filled != made.size:
            raise InputError(f"{what} is not covered by its slices in the checkpoint {self._prefix}")
        return made

    def _bytes(self, entry: Any) -> memoryview:
        data = self._shard(entry.shard_id)
        stop = entry.offset + entry.size
        if entry.offset < 0 or entry.size < 0 or stop > len(data):
            raise InputError(f"{self._index}: a tensor lies outside the data of shard {entry.shard_id}")
        return data[entry.offset : stop]

    def _shard(self, number: int) -> memoryview:
        if not 0 <= number < self._count:
            raise InputError(f"{self._index}: the checkpoint has no shard {number}")
        if number not in self._shards:
            path = Path(f"{self._prefix}.data-{number:05}-of-{self._count:05}")
            open_regular(path, follow=LINKS.get()).close()  # a link is refused unless the user allows it
            self._shards[number] = map_regular(path, max_bytes=_MAX_BYTES)
        return self._shards[number]

    def _parsed(self, name: str, data: bytes) -> Any:
        made = PROTO[name]()
        try:
            made.ParseFromString(data)
        except DecodeError as error:
            raise InputError(f"{self._index}: the index of the checkpoint is damaged") from error
        return made


def _varint(data: bytes) -> tuple[int, int]:
    value = 0
    for position, byte in enumerate(data[:5]):
        value |= (byte & 127) << 7 * position
        if byte < 128:
            return value, position + 1
    return 0, 0
