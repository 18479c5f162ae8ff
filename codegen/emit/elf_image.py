"""The layout of an artifact: every section's place, and the bytes in front of the weights.

::

    R   ELF header, program headers, note, dynamic symbols, metadata, section headers, symbols
    RW  dynamic section, GOT, .data.rel.ro (read-only after relocation), .data, .bss
    R   .rodata
    RX  .text
    R   weights

An offset in the file is the address in memory less the base, so no segment needs another rule to be found by; each
starts on a page. The base is 0 in a shared library.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.emit import elf_constants as elf
from dldt.codegen.emit.elf_object import ElfObject, Relocation, Section, Symbol
from dldt.codegen.emit.elf_relocation import ABSOLUTE, THROUGH_GOT, relocate
from dldt.codegen.emit.elf_symbols import resolve_symbols
from dldt.codegen.emit.elf_tables import StringTable, hash_table
from dldt.compiler.errors import InternalError
from dldt.runtime.note import NOTE_SIZE, Note

_R, _RW, _RX = elf.PF_R, elf.PF_R | elf.PF_W, elf.PF_R | elf.PF_X
WEIGHTS, METADATA = "dldt_weights", "dldt_metadata"
# Load, load, load, load, weights, dynamic, note, relro, stack.
_PROGRAM_HEADERS = 9


@attrs.define(eq=False)
class Output:
    """A section of the artifact. ``link`` is the name of the section that it refers to."""

    name: str
    kind: int
    flags: int
    size: int = 0
    align: int = 16
    entry: int = 0
    link: str = ""
    info: int = 0
    address: int = 0
    data: bytes | bytearray = b""
    inputs: list[Section] = attrs.field(factory=list)


class Image:
    """Objects and metadata laid out; ``render`` gives the bytes once the size of the weights is known."""

    def __init__(
        self,
        objects: Sequence[ElfObject],
        metadata: bytes,
        *,
        machine: int,
        exports: Sequence[str] = (),
        soname: str = "",
        base: int = 0,
        entry: str | None = None,
    ) -> None:
        self._objects, self._machine, self._base, self._entry = objects, machine, base, entry
        self._page = elf.PAGE[machine]
        self._symbols = resolve_symbols(objects, (WEIGHTS, METADATA))
        wanted = [*exports, *([entry] if entry else [])]
        missing = [name for name in wanted if name not in self._symbols and name not in (WEIGHTS, METADATA)]
        if missing:
            raise InternalError(f"the generated code does not define {', '.join(missing)}")
        self._exports = list(exports)
        self._metadata_size = len(metadata)
        self._strings = StringTable()
        self._soname = self._strings.add(soname) if soname else 0
        self._got: dict[tuple[int, int] | str, int] = {}
        self._relatives: dict[int, int] = {}
        self._groups = self._make_groups(metadata)
        self._outputs = {output.name: output for group in self._groups for output in group}
        self._place()

    # Which sections there are, and how large.

    def _make_groups(self, metadata: bytes) -> list[list[Output]]:
        data, code = self._make_loaded()
        slots, relative = self._count_slots()
        data[1].size = 8 * slots
        dynamic_names = [*self._exports, METADATA] if self._exports else []
        for name in dynamic_names:
            self._strings.add(name)
        alloc = elf.SHF_ALLOC
        head = [Output(".note.dldt", elf.SHT_NOTE, alloc, NOTE_SIZE, 4)]
        if self._exports:
            table = hash_table(dynamic_names)
            count = 1 + len(dynamic_names)
            head += [
                Output(".hash", elf.SHT_HASH, alloc, len(table), 8, 4, ".dynsym", data=table),
                Output(".dynsym", elf.SHT_DYNSYM, alloc, 24 * count, 8, 24, ".dynstr", 1),
                Output(".dynstr", elf.SHT_STRTAB, alloc, len(self._strings.data), 1, data=self._strings.data),
                Output(".rela.dyn", elf.SHT_RELA, alloc, 24 * relative, 8, 24, ".dynsym"),
            ]
            data[0].size = 16 * (14 if relative else 10)
        head.append(Output(".dldt.metadata", elf.SHT_PROGBITS, alloc, len(metadata) + 1, 8, data=metadata + b"\0"))
        locals_, globals_ = self._named_symbols()
        names = StringTable()
        for symbol in (*locals_, *globals_):
            names.add(symbol.name)
        names.add(WEIGHTS)
        count = 1 + len(locals_) + len(globals_) + 1
        head += [
            Output(".symtab", elf.SHT_SYMTAB, 0, 24 * count, 8, 24, ".strtab", 1 + len(locals_)),
            Output(".strtab", elf.SHT_STRTAB, 0, len(names.data), 1, data=names.data),
            Output(".shstrtab", elf.SHT_STRTAB, 0, 0, 1),
        ]
        groups = [head, [output for output in data if output.size], [output for output in code[:-1] if output.size]]
        groups.append(code[-1:])
        section_names = StringTable()
        for output in (output for group in groups for output in group):
            section_names.add(output.name)
        section_names.add(".dldt.weights")
        head[-1].data, head[-1].size = section_names.data, len(section_names.data)
        self._section_names = section_names
        self._symbol_names = names
        return groups

    def _make_loaded(self) -> tuple[list[Output], list[Output]]:
        alloc, write = elf.SHF_ALLOC, elf.SHF_ALLOC | elf.SHF_WRITE
        data = [
            Output(".dynamic", elf.SHT_DYNAMIC, write, 0, 8, 16, ".dynstr"),
            Output(".got", elf.SHT_PROGBITS, write, 0, 8, 8),
            Output(".data.rel.ro", elf.SHT_PROGBITS, write),
            Output(".data", elf.SHT_PROGBITS, write, align=self._page),
            Output(".bss", elf.SHT_PROGBITS, write),
        ]
        code = [
            Output(".rodata", elf.SHT_PROGBITS, alloc),
            Output(".eh_frame", elf.SHT_PROGBITS, alloc, align=8),
            Output(".text", elf.SHT_PROGBITS, alloc | elf.SHF_EXECINSTR),
        ]
        by_name = {output.name: output for output in (*data, *code)}
        for section in (section for item in self._objects for section in item.sections):
            output = by_name[_output_name(section)]
            if section.align > self._page:
                raise InternalError(f"section {section.name} asks for an alignment of {section.align} bytes")
            output.inputs.append(section)
            output.align = max(output.align, section.align)
            section.output = output.name
            section.address = -(-output.size // section.align) * section.align  # in the output, for now
            output.size = section.address + section.size
        by_name[".bss"].align = max(by_name[".bss"].align, 1 if by_name[".data"].size else self._page)
        return data, code

    def _count_slots(self) -> tuple[int, int]:
        """How many GOT slots there are, and how many places the dynamic linker must adjust."""
        absolute = 0
        for item in self._objects:
            for section, relocation in _relocations(item):
                if relocation.kind in THROUGH_GOT[self._machine]:
                    self._got.setdefault(self._key(item, relocation), 8 * len(self._got))
                elif relocation.kind == ABSOLUTE[self._machine]:
                    absolute += 1
                    if not section.flags & elf.SHF_WRITE and not self._base:
                        raise InternalError(f"section {section.name} is read-only, but holds an address")
        return len(self._got), 0 if self._base else absolute + len(self._got)

    def _named_symbols(self) -> tuple[list[Symbol], list[Symbol]]:
        """The symbols for debuggers and profilers: functions and data, local ones first as ELF wants it."""
        named = [
            symbol
            for item in self._objects
            for symbol in item.symbols
            if symbol.section is not None and symbol.kind in (elf.STT_FUNC, elf.STT_OBJECT)
        ]
        return (
            [symbol for symbol in named if symbol.binding == elf.STB_LOCAL],
            [symbol for symbol in named if self._symbols.get(symbol.name) is symbol],
        )

    # Where they are.

    def _place(self) -> None:
        sections = 2 + len(self._outputs)  # the empty one and the weights
        at = elf.EHDR.size + _PROGRAM_HEADERS * elf.PHDR.size
        self._section_table = at
        at += sections * elf.SHDR.size
        for index, group in enumerate(self._groups):
            at = at if index == 0 else _up(at, self._page)
            for output in group:
                at = _up(at, output.align)
                output.address = at
                at += output.size
        self.weights_offset = _up(at, self._page)
        rest = [group[0].address for group in self._groups[2:] if group]
        self.code_offset = min(rest)
        for section in (section for output in self._outputs.values() for section in output.inputs):
            section.address += self._outputs[section.output].address

    def address(self, name: str) -> int:
        """The address of a global symbol: in a shared library, its offset in the file."""
        if name == WEIGHTS:
            return self._base + self.weights_offset
        if name == METADATA:
            return self._base + self._outputs[".dldt.metadata"].address
        return self._address(self._symbols[name])

    def _address(self, symbol: Symbol) -> int:
        if symbol.section is None:
            return symbol.value
        return self._base + symbol.section.address + symbol.value

    def _key(self, item: ElfObject, relocation: Relocation) -> tuple[int, int] | str:
        """What a GOT slot is for: a global name, or a local symbol of one object."""
        symbol = item.symbols[relocation.symbol]
        return (id(item), relocation.symbol) if symbol.binding == elf.STB_LOCAL else symbol.name

    def _target(self, item: ElfObject, index: int) -> int:
        symbol = item.symbols[index]
        return self._address(symbol) if symbol.binding == elf.STB_LOCAL else self.address(symbol.name)

    # The bytes.

    def render(self, weights_size: int) -> tuple[bytearray, Note]:
        """The bytes before the weights, with a note whose hashes are still zeros; and that note, at ``note_offset``."""
        image = bytearray(self.weights_offset)
        for output in self._outputs.values():
            image[output.address : output.address + len(output.data)] = output.data
            for section in output.inputs:
                image[section.address : section.address + len(section.data)] = section.data
        self._relatives = {}
        self._relocate(image)
        self._write_symbols(image, weights_size)
        if self._exports:
            self._write_dynamic(image)
        self._write_headers(image, weights_size)
        note = Note(
            machine=self._machine,
            file_size=self.weights_offset + weights_size,
            metadata_offset=self._outputs[".dldt.metadata"].address,
            metadata_size=self._metadata_size,
            code_offset=self.code_offset,
            weights_offset=self.weights_offset,
            weights_size=weights_size,
        )
        image[self.note_offset : self.note_offset + NOTE_SIZE] = note.pack()
        return image, note

    @property
    def note_offset(self) -> int:
        """Where in the file the note lies."""
        return self._outputs[".note.dldt"].address

    @property
    def code_size(self) -> int:
        """Bytes of machine code."""
        return self._outputs[".text"].size

    def _relocate(self, image: bytearray) -> None:
        slots = self._outputs[".got"].address if self._got else 0
        for item in self._objects:
            for section, relocation in _relocations(item):
                target = self._target(item, relocation.symbol)
                at = section.address + relocation.offset
                if relocation.kind in THROUGH_GOT[self._machine]:
                    slot = slots + self._got[self._key(item, relocation)]
                    self._point(image, slot, target)
                    target = self._base + slot
                if relocation.kind == ABSOLUTE[self._machine]:
                    self._point(image, at, target + relocation.addend)
                else:
                    target += relocation.addend
                    relocate(self._machine, relocation.kind, image, at, target, self._base + at)

    def _point(self, image: bytearray, at: int, target: int) -> None:
        """Store an address at ``at``; the dynamic linker adds to it where the library ends up."""
        image[at : at + 8] = target.to_bytes(8, "little")
        self._relatives[at] = target

    def _write_symbols(self, image: bytearray, weights_size: int) -> None:
        order = {name: index for index, name in enumerate(self._outputs, 1)}
        locals_, globals_ = self._named_symbols()
        records = [bytes(24)]
        for symbol in (*locals_, *globals_):
            assert symbol.section is not None
            # Machine code that came as data is code all the same to debuggers.
            kind = elf.STT_FUNC if symbol.section.output == ".text" else symbol.kind
            info = symbol.binding << 4 | kind
            at, section = self._symbol_names.add(symbol.name), order[symbol.section.output]
            records.append(elf.SYM.pack(at, info, 0, section, self._address(symbol), symbol.size))
        weights = (self._symbol_names.add(WEIGHTS), 0x11, 0, len(order) + 1, self.address(WEIGHTS), weights_size)
        self._write(image, ".symtab", b"".join([*records, elf.SYM.pack(*weights)]))
        if not self._exports:
            return
        records = [bytes(24)]
        for name in self._exports:
            symbol = self._symbols[name]
            assert symbol.section is not None
            info, section = elf.STB_GLOBAL << 4 | elf.STT_FUNC, order[symbol.section.output]
            records.append(elf.SYM.pack(self._strings.add(name), info, 0, section, self._address(symbol), symbol.size))
        info = elf.STB_GLOBAL << 4 | elf.STT_OBJECT
        metadata = (self._strings.add(METADATA), info, 0, order[".dldt.metadata"], self.address(METADATA))
        records.append(elf.SYM.pack(*metadata, self._metadata_size + 1))
        self._write(image, ".dynsym", b"".join(records))

    def _write_dynamic(self, image: bytearray) -> None:
        relatives = sorted(self._relatives.items())
        kind = elf.R_RELATIVE[self._machine]
        self._write(image, ".rela.dyn", b"".join(elf.RELA.pack(at, kind, target) for at, target in relatives))
        tables = {tag: self._outputs[name] for tag, name in _TABLES.items()}
        entries = [(tag, output.address) for tag, output in tables.items() if output.size]
        entries += [(elf.DT_STRSZ, tables[elf.DT_STRTAB].size), (elf.DT_SYMENT, 24), (elf.DT_SONAME, self._soname)]
        if relatives:
            size = 24 * len(relatives)
            entries += [(elf.DT_RELASZ, size), (elf.DT_RELAENT, 24), (elf.DT_RELACOUNT, len(relatives))]
        entries += [(elf.DT_FLAGS, elf.DF_SYMBOLIC | elf.DF_BIND_NOW), (elf.DT_FLAGS_1, elf.DF_1_NOW), (0, 0)]
        self._write(image, ".dynamic", b"".join(elf.DYN.pack(*entry) for entry in entries))

    def _write(self, image: bytearray, name: str, data: bytes) -> None:
        output = self._outputs[name]
        if len(data) > output.size:
            raise InternalError(f"section {name} was planned with {output.size} bytes, but has {len(data)}")
        image[output.address : output.address + len(data)] = data

    def _write_headers(self, image: bytearray, weights_size: int) -> None:
        programs = self._program_headers(weights_size)
        order = {name: index for index, name in enumerate(self._outputs, 1)}
        header = elf.EHDR.pack(
            elf.IDENT,
            elf.ET_EXEC if self._base else elf.ET_DYN,
            self._machine,
            1,
            self.address(self._entry) if self._entry else 0,
            elf.EHDR.size,
            self._section_table,
            0,
            elf.EHDR.size,
            elf.PHDR.size,
            len(programs),
            elf.SHDR.size,
            len(order) + 2,
            order[".shstrtab"],
        )
        rows = [bytes(elf.SHDR.size)]
        for output in self._outputs.values():
            link = order.get(output.link, 0)
            address = self._base + output.address if output.flags else 0
            name = self._section_names.add(output.name)
            place = (address, output.address, output.size, link, output.info, output.align, output.entry)
            rows.append(elf.SHDR.pack(name, output.kind, output.flags, *place))
        place = (self.address(WEIGHTS), self.weights_offset, weights_size, 0, 0, self._page, 0)
        name = self._section_names.add(".dldt.weights")
        rows.append(elf.SHDR.pack(name, elf.SHT_PROGBITS, elf.SHF_ALLOC, *place))
        headers = header + b"".join(programs)
        image[: len(headers)] = headers
        table = b"".join(rows)
        image[self._section_table : self._section_table + len(table)] = table

    def _program_headers(self, weights_size: int) -> list[bytes]:
        def header(kind: int, flags: int, start: int, size: int, align: int) -> bytes:
            address = self._base + start
            return elf.PHDR.pack(kind, flags, start, address, address, size, size, align)

        empty = header(0, 0, 0, 0, 0)
        rows = []
        for group, flags in zip(self._groups, (_R, _RW, _R, _RX), strict=True):
            if not group:
                rows.append(empty)
                continue
            start = 0 if group is self._groups[0] else group[0].address
            end = group[-1].address + group[-1].size
            end = _up(end, self._page) if flags == _RW else end
            rows.append(header(elf.PT_LOAD, flags, start, end - start, self._page))
        weights = header(elf.PT_LOAD, _R, self.weights_offset, weights_size, self._page)
        rows.append(weights if weights_size else empty)
        note = self._outputs[".note.dldt"]
        rows.append(header(elf.PT_NOTE, _R, note.address, note.size, 4))
        data = self._groups[1]
        dynamic = self._outputs.get(".dynamic")
        rows.append(header(elf.PT_DYNAMIC, _RW, dynamic.address, dynamic.size, 8) if dynamic else empty)
        fixed = [output for output in data if output.name in (".dynamic", ".got", ".data.rel.ro")]
        if fixed and self._exports:
            start, end = fixed[0].address, _up(fixed[-1].address + fixed[-1].size, self._page)
            rows.append(header(elf.PT_GNU_RELRO, _R, start, end - start, 1))
        else:
            rows.append(empty)
        rows.append(header(elf.PT_GNU_STACK, _RW, 0, 0, 16))
        return rows


_TABLES = {
    elf.DT_HASH: ".hash",
    elf.DT_STRTAB: ".dynstr",
    elf.DT_SYMTAB: ".dynsym",
    elf.DT_RELA: ".rela.dyn",
}


def _relocations(item: ElfObject) -> list[tuple[Section, Relocation]]:
    return [(section, relocation) for section in item.sections for relocation in section.relocations]


def _output_name(section: Section) -> str:
    if section.flags & elf.SHF_EXECINSTR or section.name.startswith(".text"):
        return ".text"
    if section.name.startswith(".eh_frame"):
        return ".eh_frame"
    if not section.flags & elf.SHF_WRITE:
        return ".rodata"
    if section.name.startswith(".data.rel.ro"):
        return ".data.rel.ro"
    return ".bss" if section.kind == elf.SHT_NOBITS else ".data"


def _up(value: int, align: int) -> int:
    return -(-value // align) * align
