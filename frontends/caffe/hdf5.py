"""Weights in HDF5, as ``caffe train --snapshot_format HDF5`` writes them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import open_regular
from dldt.compiler.shown import shown
from dldt.frontends.caffe.blob import Blob

_MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_BYTES = 1 << 33
_MAX_BLOBS = 1 << 16
_PACKED = 1100
"""No compression of HDF5 makes numbers smaller by more."""


def is_hdf5(file: Path) -> bool:
    """Whether the file begins as HDF5 does."""
    with open_regular(file) as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def read_hdf5(file: Path) -> dict[str, tuple[Blob, ...]]:
    """The blobs by the names of their layers: ``data/<layer>/<number>``. Raises InputError, UnsupportedError."""
    try:
        h5py = importlib.import_module("h5py")
    except ImportError as error:
        raise UnsupportedError(
            f"{file}: weights in HDF5 are read by the package h5py, which is not installed (pip install h5py); or save "
            "the net as a .caffemodel with Caffe's net.save()"
        ) from error
    with open_regular(file, max_bytes=_MAX_BYTES) as opened:
        try:
            with h5py.File(opened, "r") as stored:
                return _blobs(h5py, stored["data"])
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise InputError(f"{file}: not weights of Caffe in HDF5: {str(error)[:200]}") from error


def _blobs(h5py: Any, data: Any) -> dict[str, tuple[Blob, ...]]:
    found: dict[str, dict[int, Blob]] = {}
    pending = [("", data)]
    while pending:
        layer, group = pending.pop()
        for name in group:
            if isinstance(group.get(name, getlink=True), h5py.ExternalLink | h5py.SoftLink):
                raise ValueError(f"{shown(name)} is a link")
            item = group[name]
            if isinstance(item, h5py.Group):
                pending.append((f"{layer}/{name}" if layer else name, item))
                continue
            _check(item, name)
            array = np.asarray(item[()], np.float32)
            found.setdefault(layer, {})[int(name)] = Blob(array.shape, False, (array.reshape(-1),))
        if len(found) + len(pending) > _MAX_BLOBS:
            raise ValueError("there are too many groups")
    return {layer: tuple(blobs[number] for number in sorted(blobs)) for layer, blobs in found.items()}


def _check(item: Any, name: str) -> None:
    """Raises ValueError on numbers that are not in the file itself."""
    if item.is_virtual or item.external:
        raise ValueError(f"the numbers of {shown(name)} lie in other files")
    if item.nbytes > _PACKED * item.id.get_storage_size():
        raise ValueError(f"{shown(name)} is to hold {item.size} numbers, and has {item.id.get_storage_size()} bytes")
