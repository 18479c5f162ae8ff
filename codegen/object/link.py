"""The linker: objects, weights and metadata become one ELF file that imports nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from dldt.codegen.object.block_writer import BlockWriter
from dldt.codegen.object.elf_image import render_image
from dldt.codegen.object.elf_layout import FileLayout
from dldt.codegen.object.elf_object import read_object
from dldt.codegen.target import Target
from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import UnsupportedError
from dldt.runtime.note import ENTRIES, MACHINES

EXPORTS = tuple([f"dldt_{name}" for name in ENTRIES])
# What code of the small model can reach, less room for the largest offset that is folded into an instruction.
_REACH = (1 << 31) - (1 << 24)
# Where a static executable is mapped.
_EXECUTABLE_BASE = 0x400000

Buffer = bytes | bytearray | memoryview
Weights = Iterable[tuple[int, Iterable[Buffer]]]


@attrs.frozen
class Linked:
    """What was written: the file, and its bytes in all, of machine code, and of weights."""

    path: Path
    size: int
    code: int
    weights: int


def link(
    objects: Sequence[bytes],
    weights: Weights,
    metadata: Mapping[str, Any],
    path: str | os.PathLike[str],
    target: Target,
) -> Linked:
    """Write the artifact: a shared library that exports ``EXPORTS`` and ``dldt_metadata`` and imports nothing.

    ``objects`` must hold those of ``support_modules``. Each piece of ``weights`` is (alignment, buffers): it starts at
    the next multiple of its alignment after the piece before, from ``dldt_weights`` on; pieces stream to the file.
    Equal input gives equal bytes (the file's name is part of them). The file appears whole or not at all. Raises
    InternalError listing what is undefined or defined twice, UnsupportedError past 2 GiB, InputError where ``path``
    cannot be written.
    """
    return _write(objects, weights, metadata, path, target, exports=EXPORTS, soname=Path(path).name)


def link_executable(
    objects: Sequence[bytes],
    weights: Weights,
    metadata: Mapping[str, Any],
    path: str | os.PathLike[str],
    target: Target,
) -> Linked:
    """Write a static executable of the same parts that starts at ``_start``, which ``objects`` must define."""
    return _write(objects, weights, metadata, path, target, base=_EXECUTABLE_BASE, entry="_start", mode=0o755)


def _write(
    objects: Sequence[bytes],
    weights: Weights,
    metadata: Mapping[str, Any],
    path: str | os.PathLike[str],
    target: Target,
    *,
    mode: int = 0o644,
    **layout: Any,
) -> Linked:
    machine = MACHINES[target.arch]
    # The steps and the plan come last: whoever only runs the model does not read them.
    first = {key: value for key, value in metadata.items() if key not in ("steps", "plan")}
    text = b"\0".join([_json(part) for part in (first, metadata.get("steps"), metadata.get("plan")) if part])
    plan = FileLayout([read_object(item, machine) for item in objects], text, machine=machine, **layout)
    with atomic_write(path, mode=mode) as file:
        size, weights_hash = _stream(file, weights, plan.weights_offset)
        head, note = render_image(plan, size)
        signed = note._replace(
            head_sha256=hashlib.sha256(memoryview(head)[: note.code_offset]).digest(),
            code_sha256=hashlib.sha256(memoryview(head)[note.code_offset :]).digest(),
            weights_sha256=weights_hash,
        )
        packed = signed.pack()
        head[plan.note_offset : plan.note_offset + len(packed)] = packed
        file.seek(0)
        file.write(head)
    return Linked(Path(path), plan.weights_offset + size, plan.code_size, size)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _stream(file: BinaryIO, weights: Weights, offset: int) -> tuple[int, bytes]:
    """Write the pieces, each at its alignment; their size with the gaps, and SHA-256."""
    writer = BlockWriter(file, offset)
    for alignment, buffers in weights:
        gap = bytes(-writer.size % alignment)
        for buffer in (gap, *buffers):
            view = memoryview(buffer).cast("B")
            if offset + writer.size + len(view) > _REACH:
                raise UnsupportedError("the weights are larger than 2 GiB, which one artifact cannot hold yet")
            writer.write(view)
    return writer.size, writer.finish()
