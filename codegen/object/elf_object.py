"""Reading one relocatable object file made by LLVM: sections, symbols, relocations."""

from __future__ import annotations

import attrs

from dldt.codegen.object import elf_constants as elf
from dldt.compiler.errors import InternalError


@attrs.frozen
class Relocation:
    """A place in a section whose content depends on the address of ``symbol`` (an index into the object's symbols)."""

    offset: int
    kind: int
    symbol: int
    addend: int


@attrs.define(eq=False)
class Section:
    """A piece of code or data that will be in memory. The layout sets ``address``, and ``output``, the artifact's
    section that contains it."""

    name: str
    kind: int
    flags: int
    align: int
    size: int
    data: bytes
    relocations: list[Relocation] = attrs.field(factory=list)
    address: int = 0
    output: str = ""


@attrs.frozen(eq=False)
class ElfSymbol:
    """A name for an offset in a section; ``section`` is None where the symbol is not defined in this object."""

    name: str
    section: Section | None
    value: int
    size: int
    kind: int
    binding: int
    absolute: bool = False


@attrs.frozen(eq=False)
class ElfObject:
    """The parts of an object that matter to the linker: the sections that are loaded, and all symbols."""

    sections: list[Section]
    symbols: list[ElfSymbol]


def read_object(data: bytes, machine: int) -> ElfObject:
    """Parse an ELF relocatable file of ``machine``. Raises InternalError for anything that an artifact may not
    contain."""
    header = elf.EHDR.unpack_from(data)
    if header[0][:6] != elf.IDENT[:6] or header[1] != elf.ET_REL or header[2] != machine:
        raise InternalError(f"the linker was given an object for machine {header[2]}, not {machine}")
    table, entry, count, names_at = header[6], header[11], header[12], header[13]
    headers = [elf.SHDR.unpack_from(data, table + index * entry) for index in range(count or 1)]
    if count == 0:  # more than 65,279 sections: the first header holds the number
        headers = [elf.SHDR.unpack_from(data, table + index * entry) for index in range(headers[0][5])]
        names_at = headers[0][6] if names_at == elf.SHN_XINDEX else names_at
    names = headers[names_at][4]
    sections = {
        index: _section(data, record, _text(data, names + record[0]))
        for index, record in enumerate(headers)
        if record[2] & elf.SHF_ALLOC and record[1] not in (elf.SHT_NOTE,)
    }
    symbols = _symbols(data, headers, sections)
    for record in headers:
        if record[1] == elf.SHT_RELA and record[7] in sections:
            sections[record[7]].relocations = _relocations(data, record)
    return ElfObject(list(sections.values()), symbols)


def _section(data: bytes, record: tuple[int, ...], name: str) -> Section:
    _, kind, flags, _, offset, size, _, _, align, _ = record
    if flags & elf.SHF_TLS:
        raise InternalError(f"the code uses thread-local storage (section {name}), which an artifact may not hold")
    if name.startswith((".ctors", ".dtors", ".init_array", ".fini_array", ".preinit_array")):
        raise InternalError(f"the code wants to run at load time (section {name}), which an artifact may not do")
    content = b"" if kind == elf.SHT_NOBITS else data[offset : offset + size]
    return Section(name, kind, flags, max(align, 1), size, content)


def _symbols(data: bytes, headers: list[tuple[int, ...]], sections: dict[int, Section]) -> list[ElfSymbol]:
    tables = [record for record in headers if record[1] == elf.SHT_SYMTAB]
    if not tables:
        return []
    _, _, _, _, offset, size, strings, _, _, entry = tables[0]
    texts = headers[strings][4]
    return [_symbol(data, at, texts, sections) for at in range(offset, offset + size, entry)]


def _symbol(data: bytes, at: int, texts: int, sections: dict[int, Section]) -> ElfSymbol:
    name_at, info, _, index, value, size = elf.SYM.unpack_from(data, at)
    name = _text(data, texts + name_at)
    if index in (elf.SHN_COMMON, elf.SHN_XINDEX) or info & 15 == elf.STT_TLS:
        raise InternalError(f"symbol {name} is of a kind (common, thread-local) that the linker does not place")
    return ElfSymbol(name, sections.get(index), value, size, info & 15, info >> 4, index == elf.SHN_ABS)


def _relocations(data: bytes, record: tuple[int, ...]) -> list[Relocation]:
    offset, size = record[4], record[5]
    return [
        Relocation(place, info & 0xFFFFFFFF, info >> 32, addend)
        for place, info, addend in elf.RELA.iter_unpack(data[offset : offset + size])
    ]


def _text(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode()
