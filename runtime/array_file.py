"""Writes arrays by name."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

EPOCH = (2020, 1, 1, 0, 0, 0)
"""The time of every entry, so that equal arrays are equal files."""


def write_arrays(file: Path | BinaryIO, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """An .npz file. ``np.savez`` is not used, because it would take an array called "file" as its argument."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy", EPOCH), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
