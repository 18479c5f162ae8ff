"""The layout of an artifact: every section's place.

::

    R   ELF header, program headers, note, dynamic symbols, metadata, section headers, symbols
    RW  dynamic section (a program: .data, .bss)
    R   .rodata
    RX  .text
    R   weights

An offset in the file is the address in memory minus the base, for all segments; each segment starts on a page. The base
is 0 in a shared library, which is its own image in memory: it holds neither absolute addresses nor variables. Only the
system's loader, if it is used, writes to the dynamic section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_object import ElfObject, ElfSymbol, Relocation, Section
from dldt.codegen.object.elf_output import Output
from dldt.codegen.object.elf_symbols import resolve_symbols
from dldt.codegen.object.elf_tables import StringTable, hash_table
from dldt.compiler.errors import InternalError
from dldt.runtime.note import NOTE_SIZE

WEIGHTS, METADATA = "dldt_weights", "dldt_metadata"
# Four segments, weights, note, dynamic section, relro, stack.
PROGRAM_HEADERS = 9
# Entries of the dynamic section, at most.
DYNAMIC_ENTRIES = 9


class FileLayout:
    """Objects and metadata, with each section at its offset. The weights come last, at ``weights_offset``.

    With ``exports`` it is a shared library with that ``soname``; with a ``base`` address and an ``entry``, a program.
    """

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
        self.machine, self.base, self.page = machine, base, elf.PAGE[machine]
        self.exports, self.soname, self.entry = list(exports), soname, entry
        self.metadata_size = len(metadata)
        self.objects = objects
        self.symbols = resolve_symbols(objects, (WEIGHTS, METADATA))
        self._require([*exports, *([entry] if entry else [])])
        named = [symbol for item in objects for symbol in item.symbols if _is_named(symbol)]
        self.locals = [symbol for symbol in named if symbol.binding == elf.STB_LOCAL]
        self.globals = [symbol for symbol in named if self.symbols.get(symbol.name) is symbol]
        self.strings, self.symbol_names, self.section_names = StringTable(), StringTable(), StringTable()
        data, constants, code = self._gather()
        self.groups = [self._head(metadata), data, constants, code]
        self.outputs = {output.name: output for group in self.groups for output in group}
        self.section_order = {name: index for index, name in enumerate(self.outputs, 1)}
        self._name_sections()
        self._place()

    def _require(self, names: Sequence[str]) -> None:
        missing = [name for name in names if name not in self.symbols]
        if missing:
            raise InternalError(f"the generated code does not define {', '.join(missing)}")

    # Step 1: which sections there are, and how large they are.

    def _gather(self) -> tuple[list[Output], list[Output], list[Output]]:
        """The merged sections of the objects: data, constants, code."""
        alloc, write = elf.SHF_ALLOC, elf.SHF_ALLOC | elf.SHF_WRITE
        data = [
            Output(".dynamic", elf.SHT_DYNAMIC, write, 0, 8, elf.DYN.size, ".dynstr"),
            Output(".data", elf.SHT_PROGBITS, write),
            Output(".bss", elf.SHT_PROGBITS, write),
        ]
        constants = [
            Output(".rodata", elf.SHT_PROGBITS, alloc),
            Output(".eh_frame", elf.SHT_PROGBITS, alloc, align=8),
        ]
        code = [Output(".text", elf.SHT_PROGBITS, alloc | elf.SHF_EXECINSTR)]
        outputs = {output.name: output for output in (*data, *constants, *code)}
        for section in (section for item in self.objects for section in item.sections):
            if section.align > self.page:
                raise InternalError(f"section {section.name} asks for an alignment of {section.align} bytes")
            if self.exports and section.flags & elf.SHF_WRITE and section.size:
                raise InternalError(f"section {section.name} holds variables or addresses, which an artifact may not")
            outputs[Output.name_for(section)].take(section)
        if self.exports:
            outputs[".dynamic"].size = elf.DYN.size * DYNAMIC_ENTRIES
        return [output for output in data if output.size], [output for output in constants if output.size], code

    def _head(self, metadata: bytes) -> list[Output]:
        """The sections that describe the others."""
        for symbol in (*self.locals, *self.globals):
            self.symbol_names.add(symbol.name)
        self.symbol_names.add(WEIGHTS)
        count = 2 + len(self.locals) + len(self.globals)
        names = bytes(self.symbol_names.data)
        return [
            Output(".note.dldt", elf.SHT_NOTE, elf.SHF_ALLOC, NOTE_SIZE, 4),
            *(self._dynamic_head() if self.exports else []),
            Output.of(".dldt.metadata", elf.SHT_PROGBITS, elf.SHF_ALLOC, 8, metadata + b"\0"),
            Output(
                ".symtab", elf.SHT_SYMTAB, 0, elf.SYM.size * count, 8, elf.SYM.size, ".strtab", 1 + len(self.locals)
            ),
            Output.of(".strtab", elf.SHT_STRTAB, 0, 1, names),
            Output(".shstrtab", elf.SHT_STRTAB, 0, 0, 1),
        ]

    def _dynamic_head(self) -> list[Output]:
        names = [*self.exports, METADATA]
        for name in (self.soname, *names):
            self.strings.add(name)
        table = Output.of(".hash", elf.SHT_HASH, elf.SHF_ALLOC, 8, hash_table(names))
        table.entry, table.link = 4, ".dynsym"
        symbols = elf.SYM.size * (1 + len(names))
        return [
            table,
            Output(".dynsym", elf.SHT_DYNSYM, elf.SHF_ALLOC, symbols, 8, elf.SYM.size, ".dynstr", 1),
            Output.of(".dynstr", elf.SHT_STRTAB, elf.SHF_ALLOC, 1, bytes(self.strings.data)),
        ]

    def _name_sections(self) -> None:
        for name in (*self.outputs, ".dldt.weights"):
            self.section_names.add(name)
        names = self.outputs[".shstrtab"]
        names.data, names.size = bytes(self.section_names.data), len(self.section_names.data)

    # Step 2: where the sections are.

    def _place(self) -> None:
        at = self.section_table = elf.EHDR.size + PROGRAM_HEADERS * elf.PHDR.size
        at += (2 + len(self.outputs)) * elf.SHDR.size  # the empty one and the weights are no outputs
        for index, group in enumerate(self.groups):
            at = self.page_up(at) if index else at
            if index == 2:
                self.code_offset = at
            for output in group:
                at = output.place(at)
        self.weights_offset = self.page_up(at)

    def page_up(self, offset: int) -> int:
        """The first page boundary from ``offset`` on."""
        return -(-offset // self.page) * self.page

    def address(self, name: str) -> int:
        """The address of a global symbol: in a shared library, its offset in the file."""
        if name == WEIGHTS:
            return self.base + self.weights_offset
        if name == METADATA:
            return self.base + self.outputs[".dldt.metadata"].address
        return self.address_of(self.symbols[name])

    def address_of(self, symbol: ElfSymbol) -> int:
        """The address of a symbol that is defined in its object."""
        return symbol.value if symbol.section is None else self.base + symbol.section.address + symbol.value

    @property
    def note_offset(self) -> int:
        """The offset of the note in the file."""
        return self.outputs[".note.dldt"].address

    @property
    def code_size(self) -> int:
        """Bytes of machine code."""
        return self.outputs[".text"].size

    def relocations(self) -> Iterator[tuple[ElfObject, Section, Relocation]]:
        """Every reference of every object, with the section that contains it."""
        for item in self.objects:
            for section in item.sections:
                for relocation in section.relocations:
                    yield item, section, relocation


def _is_named(symbol: ElfSymbol) -> bool:
    return symbol.section is not None and symbol.kind in (elf.STT_FUNC, elf.STT_OBJECT)
