"""The symbol tables and the dynamic section of a laid-out artifact."""

from __future__ import annotations

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_layout import METADATA, WEIGHTS, FileLayout

_TABLES = {
    elf.DT_HASH: ".hash",
    elf.DT_STRTAB: ".dynstr",
    elf.DT_SYMTAB: ".dynsym",
}


def debug_symbols(layout: FileLayout, weights_size: int) -> bytes:
    """``.symtab``: every function and object, for debuggers and profilers; local symbols come first."""
    order = layout.section_order
    records = [bytes(elf.SYM.size)]
    for symbol in (*layout.locals, *layout.globals):
        assert symbol.section is not None
        # Machine code that came as data is marked as code, too.
        kind = elf.STT_FUNC if symbol.section.output == ".text" else symbol.kind
        info, name = symbol.binding << 4 | kind, layout.symbol_names.add(symbol.name)
        place = (order[symbol.section.output], layout.address_of(symbol), symbol.size)
        records.append(elf.SYM.pack(name, info, 0, *place))
    info = elf.STB_GLOBAL << 4 | elf.STT_OBJECT
    place = (len(order) + 1, layout.address(WEIGHTS), weights_size)
    records.append(elf.SYM.pack(layout.symbol_names.add(WEIGHTS), info, 0, *place))
    return b"".join(records)


def dynamic_symbols(layout: FileLayout) -> bytes:
    """``.dynsym``: the exported functions, and the metadata."""
    order = layout.section_order
    records = [bytes(elf.SYM.size)]
    for name in layout.exports:
        symbol = layout.symbols[name]
        assert symbol.section is not None
        place = (order[symbol.section.output], layout.address_of(symbol), symbol.size)
        records.append(elf.SYM.pack(layout.strings.add(name), elf.STB_GLOBAL << 4 | elf.STT_FUNC, 0, *place))
    place = (order[".dldt.metadata"], layout.address(METADATA), layout.metadata_size + 1)
    records.append(elf.SYM.pack(layout.strings.add(METADATA), elf.STB_GLOBAL << 4 | elf.STT_OBJECT, 0, *place))
    return b"".join(records)


def dynamic_section(layout: FileLayout) -> bytes:
    """``.dynamic``: the addresses of the tables for the dynamic linker, which has nothing to relocate."""
    tables = {tag: layout.outputs[name] for tag, name in _TABLES.items()}
    entries = [(tag, output.address) for tag, output in tables.items()]
    entries += [(elf.DT_STRSZ, tables[elf.DT_STRTAB].size), (elf.DT_SYMENT, elf.SYM.size)]
    entries.append((elf.DT_SONAME, layout.strings.add(layout.soname)))
    entries += [(elf.DT_FLAGS, elf.DF_SYMBOLIC | elf.DF_BIND_NOW), (elf.DT_FLAGS_1, elf.DF_1_NOW), (elf.DT_NULL, 0)]
    return b"".join(elf.DYN.pack(*entry) for entry in entries)
