"""The bytes of an artifact before its weights."""

from __future__ import annotations

from typing import Any

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_dynamic import debug_symbols, dynamic_section, dynamic_symbols
from dldt.codegen.object.elf_headers import file_header, program_headers, section_headers
from dldt.codegen.object.elf_layout import FileLayout
from dldt.codegen.object.elf_relocation import relocate
from dldt.compiler.errors import InternalError
from dldt.runtime.note import ENTRIES, Note


def render_image(layout: FileLayout, weights_size: int) -> tuple[bytearray, Note]:
    """The bytes, and the note at ``layout.note_offset`` in them, whose hashes are still zeros."""
    view = bytearray(layout.weights_offset)
    for output in layout.outputs.values():
        _put(view, output.address, output.data)
        for section in output.inputs:
            _put(view, section.address, section.data)
    _relocate(layout, view)
    _fill(layout, view, ".symtab", debug_symbols(layout, weights_size))
    if layout.exports:
        _fill(layout, view, ".dynsym", dynamic_symbols(layout))
        _fill(layout, view, ".dynamic", dynamic_section(layout))
    _put(view, 0, file_header(layout))
    _put(view, elf.EHDR.size, program_headers(layout, weights_size))
    _put(view, layout.section_table, section_headers(layout, weights_size))
    entries: dict[str, Any] = dict(zip(ENTRIES, map(layout.address, layout.exports), strict=False))
    note = Note(
        machine=layout.machine,
        file_size=layout.weights_offset + weights_size,
        metadata_offset=layout.outputs[".dldt.metadata"].address,
        metadata_size=layout.metadata_size,
        code_offset=layout.code_offset,
        weights_offset=layout.weights_offset,
        weights_size=weights_size,
        **entries,
    )
    _put(view, layout.note_offset, note.pack())
    return view, note


def _relocate(layout: FileLayout, view: bytearray) -> None:
    """Write every reference at its place."""
    for item, section, relocation in layout.relocations():
        symbol = item.symbols[relocation.symbol]
        target = layout.address_of(symbol) if symbol.binding == elf.STB_LOCAL else layout.address(symbol.name)
        at = section.address + relocation.offset
        relocate(layout.machine, relocation.kind, view, at, target + relocation.addend, layout.base + at)


def _fill(layout: FileLayout, view: bytearray, name: str, data: bytes) -> None:
    output = layout.outputs[name]
    if len(data) > output.size:
        raise InternalError(f"section {name} was planned with {output.size} bytes, but has {len(data)}")
    _put(view, output.address, data)


def _put(view: bytearray, at: int, data: bytes) -> None:
    view[at : at + len(data)] = data
