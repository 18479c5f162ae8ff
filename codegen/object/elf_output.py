"""A section of the artifact, merged from sections of objects."""

from __future__ import annotations

import attrs

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_object import Section


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
    data: bytes = b""
    inputs: list[Section] = attrs.field(factory=list)

    @classmethod
    def of(cls, name: str, kind: int, flags: int, align: int, data: bytes) -> Output:
        """A section that holds ``data``."""
        return cls(name, kind, flags, len(data), align, data=data)

    def take(self, section: Section) -> None:
        """Append a section of an object. Its address is relative to the start of this section until ``place`` is
        called."""
        self.inputs.append(section)
        self.align = max(self.align, section.align)
        section.output = self.name
        section.address = -(-self.size // section.align) * section.align
        self.size = section.address + section.size

    def place(self, at: int) -> int:
        """Place the section at the first aligned offset from ``at`` on; returns the offset after its end."""
        self.address = -(-at // self.align) * self.align
        for section in self.inputs:
            section.address += self.address
        return self.address + self.size

    @staticmethod
    def name_for(section: Section) -> str:
        """The name of the artifact's section that receives ``section`` of an object."""
        if section.flags & elf.SHF_EXECINSTR or section.name.startswith(".text"):
            return ".text"
        if section.name.startswith(".eh_frame"):
            return ".eh_frame"
        if not section.flags & elf.SHF_WRITE:
            return ".rodata"
        return ".bss" if section.kind == elf.SHT_NOBITS else ".data"
