"""Checkpoints of version 1: tables whose values are slices of tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular
from dldt.compiler.types import Array
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.proto import PROTO
from dldt.frontends.tensorflow.slice_key import place
from dldt.frontends.tensorflow.sorted_table import is_table, table_entries
from dldt.frontends.tensorflow.tensor import tensor_elements, tensor_shape

_MAX_BYTES = 1 << 40


def saved_slices(files: Sequence[Path]) -> dict[str, TensorRecord]:
    """The tensors of a checkpoint by name. Raises InputError."""
    declared: dict[str, Any] = {}
    slices: dict[str, list[Any]] = {}
    for file in files:
        data = map_regular(file, max_bytes=_MAX_BYTES)
        if not is_table(data):
            raise InputError(f"{file}: not a checkpoint of TensorFlow")
        for key, value in table_entries(data, file):
            message = PROTO["SavedTensorSlices"]()
            try:
                message.ParseFromString(value)
            except DecodeError as error:
                raise InputError(f"{file}: a slice of the checkpoint is damaged") from error
            if key == b"":
                declared.update((tensor.name, tensor) for tensor in message.meta.tensor)
            else:
                slices.setdefault(message.data.name, []).append(message.data)
    return {name: TensorRecord(partial(_read, meta, slices.get(name, []))) for name, meta in declared.items()}


def _read(meta: Any, slices: Sequence[Any], what: str) -> Array:
    dtype, shape = element_type(meta.type), tensor_shape(meta.shape)
    if isinstance(dtype, Fault):
        raise dtype.error(what)
    dims = tuple(dim for dim in shape or () if dim is not None)
    budget().ask(math.prod(dims) * dtype.size)
    made = np.zeros(dims, dtype.numpy)
    filled = 0
    for each in slices:
        at = place(each.slice, dims)
        given = tensor_elements(each.data, dtype.numpy)
        if given.size != made[at].size:
            raise InputError(
                f"{what} has a slice of {given.size} elements in the checkpoint, {made[at].size} are needed"
            )
        made[at] = given.reshape(made[at].shape)
        filled += given.size
    if filled != made.size:
        raise InputError(f"{what} is not covered by its slices in the checkpoint")
    return made
