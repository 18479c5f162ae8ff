"""The ELF header, the program headers and the section headers of a laid-out artifact."""

from __future__ import annotations

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_layout import PROGRAM_HEADERS, WEIGHTS, FileLayout

_R, _RW, _RX = elf.PF_R, elf.PF_R | elf.PF_W, elf.PF_R | elf.PF_X


def file_header(layout: FileLayout) -> bytes:
    """The ELF header."""
    return elf.EHDR.pack(
        elf.IDENT,
        elf.ET_EXEC if layout.base else elf.ET_DYN,
        layout.machine,
        1,
        layout.address(layout.entry) if layout.entry else 0,
        elf.EHDR.size,
        layout.section_table,
        0,
        elf.EHDR.size,
        elf.PHDR.size,
        PROGRAM_HEADERS,
        elf.SHDR.size,
        len(layout.outputs) + 2,
        layout.section_order[".shstrtab"],
    )


def program_headers(layout: FileLayout, weights_size: int) -> bytes:
    """Which parts of the file are mapped where, and with which rights. A row that this file does not need is all
    zeros."""
    empty = bytes(elf.PHDR.size)
    rows = []
    for group, flags in zip(layout.groups, (_R, _RW, _R, _RX), strict=True):
        if not group:
            rows.append(empty)
            continue
        start = 0 if group is layout.groups[0] else group[0].address
        end = group[-1].address + group[-1].size
        # Writable segments are whole pages: the system's loader protects the dynamic section by pages when it is done.
        size = (layout.page_up(end) if flags == _RW else end) - start
        rows.append(_row(layout, elf.PT_LOAD, flags, start, size, layout.page))
    rows.append(
        _row(layout, elf.PT_LOAD, _R, layout.weights_offset, weights_size, layout.page) if weights_size else empty
    )
    note, dynamic = layout.outputs[".note.dldt"], layout.outputs.get(".dynamic")
    rows.append(_row(layout, elf.PT_NOTE, _R, note.address, note.size, 4))
    if dynamic:
        size = layout.page_up(dynamic.size)
        rows.append(_row(layout, elf.PT_DYNAMIC, _RW, dynamic.address, dynamic.size, 8))
        rows.append(_row(layout, elf.PT_GNU_RELRO, _R, dynamic.address, size, 1))
    else:
        rows += [empty, empty]
    rows.append(elf.PHDR.pack(elf.PT_GNU_STACK, _RW, 0, 0, 0, 0, 0, 16))
    return b"".join(rows)


def section_headers(layout: FileLayout, weights_size: int) -> bytes:
    """The section headers, for debuggers, disassemblers, and the linker of a program that uses the library."""
    order = layout.section_order
    rows = [bytes(elf.SHDR.size)]
    for output in layout.outputs.values():
        address = layout.base + output.address if output.flags else 0
        place = (address, output.address, output.size)
        rest = (order.get(output.link, 0), output.info, output.align, output.entry)
        rows.append(elf.SHDR.pack(layout.section_names.add(output.name), output.kind, output.flags, *place, *rest))
    name, place = (
        layout.section_names.add(".dldt.weights"),
        (layout.address(WEIGHTS), layout.weights_offset, weights_size),
    )
    rows.append(elf.SHDR.pack(name, elf.SHT_PROGBITS, elf.SHF_ALLOC, *place, 0, 0, layout.page, 0))
    return b"".join(rows)


def _row(layout: FileLayout, kind: int, flags: int, start: int, size: int, align: int) -> bytes:
    address = layout.base + start
    return elf.PHDR.pack(kind, flags, start, address, address, size, size, align)
