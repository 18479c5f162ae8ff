"""The linker: makes objects, weights and metadata one ELF file that imports nothing."""

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
from dldt.runtime.note import ENTRIES, MACHINES

EXPORTS = tuple([f"dldt_{name}" for name in ENTRIES])
# The address at which a static executable is mapped.
_EXECUTABLE_BASE = 0x400000

Buffer = bytes | bytearray | memoryview
Weights = Iterable[tuple[int, Iterable[Buffer]]]


@attrs.frozen
class Linked:
    """What was written: the file, and the sizes in bytes of the whole file, of its machine code and of its weights."""

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

    ``objects`` must include those of ``support_modules``. Each piece of ``weights`` is (alignment, buffers). The first
    piece starts at ``dldt_weights``, and each other one at the next multiple of its alignment after the piece before.
    Pieces are streamed to the file. Equal input gives equal bytes (the file's name is part of the input). The file is
    written completely or not at all. The weights may have any size: code reaches their beginning, and adds offsets of
    64 bits. Raises InternalError listing symbols that are undefined or defined twice, and InputError where ``path``
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
    """Write a static executable from the same parts. It starts at ``_start``, which ``objects`` must define."""
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
    # The steps and the plan come last, so that a host that only runs the model does not read them.
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
    """Write the pieces, each at its alignment. Returns their total size, gaps included, and their SHA-256."""
    writer = BlockWriter(file, offset)
    for alignment, buffers in weights:
        gap = bytes(-writer.size % alignment)
        for buffer in (gap, *buffers):
            writer.write(memoryview(buffer).cast("B"))
    return writer.size, writer.finish()
