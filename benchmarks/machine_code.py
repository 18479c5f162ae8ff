"""The machine code of an artifact, compared function by function with another artifact's, wherever functions lie in the
files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.references import Body, Reference, references
from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_layout import WEIGHTS
from dldt.runtime.format import read_artifact

_LARGEST = 64
"""The size in bytes of the largest constant that one instruction reads."""

Pair = tuple[str, str]
"""The names of two functions to compare: ours and theirs."""


class MachineCode:
    """The functions and the constants of the artifact at ``path``."""

    def __init__(self, path: Path) -> None:
        found = read_artifact(path, verify=False)
        self._machine = found.note.machine
        found.image.close()
        with path.open("rb") as file:
            image = file.read(found.note.weights_offset)
        sections = _sections(image)
        self.constants: Body = sections.get(".rodata", (0, b""))
        names = sections[".strtab"][1]
        symbols = [
            (_name(names, name), info & 15, value, size)
            for name, info, _, _, value, size in elf.SYM.iter_unpack(sections[".symtab"][1])
        ]
        self.functions: dict[str, Body] = {
            name: (value, image[value : value + size]) for name, kind, value, size in symbols if kind == elf.STT_FUNC
        }
        self._starts = {value: name for name, kind, value, _ in symbols if kind in (elf.STT_FUNC, elf.STT_OBJECT)}

    def different(self, other: MachineCode, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs whose functions have different instructions, read different constants, or call functions that are
        no pair. Also pairs of which one function is missing."""
        found = {pair: listed for pair in pairs if (listed := self._references(other, pair)) is not None}
        listed = {reference for references in found.values() for reference in references}
        ours, theirs = (_sizes({reference[side] for reference in listed}) for side in (0, 1))
        paired = {*pairs, (WEIGHTS, WEIGHTS)}

        def same(reference: Reference) -> bool:
            address, its = reference
            if address in self._starts:
                return (self._starts[address], other._starts[its]) in paired
            size = min(ours[address], theirs[its])
            return self._constant(address, size) == other._constant(its, size)

        return [pair for pair in pairs if pair not in found or not all(map(same, found[pair]))]

    def _references(self, other: MachineCode, pair: Pair) -> list[Reference] | None:
        ours, theirs = self.functions.get(pair[0]), other.functions.get(pair[1])
        if ours is None or theirs is None:
            return None
        return references(ours, theirs, self._machine, lambda a, b: (self._kind(a) or "") == other._kind(b))

    def _kind(self, address: int) -> str | None:
        """What begins at an address: a function or the weights, or a constant."""
        if address in self._starts:
            return "symbol"
        return "constant" if 0 <= address - self.constants[0] < len(self.constants[1]) else None

    def _constant(self, address: int, size: int) -> bytes:
        start = address - self.constants[0]
        return self.constants[1][start : start + size]


def _sizes(addresses: set[int]) -> dict[int, int]:
    """The largest possible size of the constant at each address: it ends at the next one, at the latest."""
    ordered = sorted(addresses)
    return {start: min(_LARGEST, end - start) for start, end in zip(ordered, [*ordered, 1 << 62][1:], strict=True)}


def _sections(image: bytes) -> dict[str, Body]:
    """Every section before the weights, by name: its offset in the file and its bytes."""
    header = elf.EHDR.unpack_from(image)
    table, count, named = header[6], header[12], header[13]
    rows = [elf.SHDR.unpack_from(image, table + row * elf.SHDR.size) for row in range(count)]
    names = image[rows[named][4] :]
    return {_name(names, name): (offset, image[offset : offset + size]) for name, _, _, _, offset, size, *_ in rows}


def _name(names: bytes, start: int) -> str:
    return names[start : names.index(b"\0", start)].decode()
