"""The checkpoint of a model's variables, of either version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dldt.compiler.errors import InputError
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.bundle import Bundle
from dldt.frontends.tensorflow.saved_slices import saved_slices


def _no_names() -> dict[str, str]:
    return {}


@attrs.frozen(eq=False)
class Checkpoint:
    """``tensors`` by key; ``keys`` gives the key of each variable by its name, as far as the checkpoint tells it."""

    tensors: Mapping[str, TensorRecord]
    keys: Callable[[], Mapping[str, str]] = _no_names

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """The checkpoint that a path names: its prefix, one of its files, or a directory whose last one it is."""
        if path.is_dir():
            return cls.open(_last(path))
        prefix = _prefix(path)
        if Path(f"{prefix}.index").is_file():
            bundle = Bundle(prefix)
            return cls(bundle.tensors, bundle.keys)
        if path.is_file():
            return cls(saved_slices((path,)))
        shards = sorted(path.parent.glob(f"{path.name}-?????-of-?????"))
        if shards:
            return cls(saved_slices(shards))
        raise InputError(f"{path}: no such checkpoint: neither {prefix.name}.index nor a file of this name is there")


def _prefix(path: Path) -> Path:
    """``model.ckpt`` of ``model.ckpt.index``, ``model.ckpt.meta`` or ``model.ckpt.data-00000-of-00001``."""
    stem, dot, end = path.name.rpartition(".")
    return path.with_name(stem) if dot and (end in ("index", "meta") or end.startswith("data-")) else path


def _last(folder: Path) -> Path:
    """The newest one that a directory holds, by the numbers of its steps."""
    found = [path.with_suffix("") for path in folder.glob("*.index")]
    if not found:
        raise InputError(f"{folder}: the directory holds no checkpoint (no .index file); name the checkpoint itself")
    return max(found, key=lambda path: (_step(path), path.name))


def _step(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 19 else -1
