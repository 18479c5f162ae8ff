"""The resolution of symbols: which definition each name refers to, across all objects of one artifact."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.object import elf_constants as elf
from dldt.codegen.object.elf_object import ElfObject, ElfSymbol
from dldt.compiler.errors import InternalError


def resolve_symbols(objects: Sequence[ElfObject], provided: Sequence[str]) -> dict[str, ElfSymbol]:
    """The definition of every global name. Names in ``provided`` are defined by the linker itself.

    A strong definition wins over weak ones, and the first weak one over later ones. Raises InternalError listing names
    that are defined twice or not at all: an artifact imports nothing.
    """
    definitions: dict[str, ElfSymbol] = {}
    twice = []
    for symbol in (symbol for item in objects for symbol in item.symbols):
        if symbol.binding == elf.STB_LOCAL or (symbol.section is None and not symbol.absolute):
            continue
        known = definitions.get(symbol.name)
        if known is None or (known.binding == elf.STB_WEAK and symbol.binding == elf.STB_GLOBAL):
            definitions[symbol.name] = symbol
        elif known.binding == symbol.binding == elf.STB_GLOBAL:
            twice.append(symbol.name)
    twice += [name for name in provided if name in definitions]
    if twice:
        raise InternalError(f"defined more than once: {', '.join(sorted(set(twice)))}")
    missing = {
        symbol.name
        for item in objects
        for symbol in item.symbols
        if symbol.section is None
        and not symbol.absolute
        and symbol.binding != elf.STB_LOCAL
        and symbol.name not in definitions
        and symbol.name not in provided
    }
    if missing:
        raise InternalError(
            "the generated code refers to what nothing defines, and an artifact imports nothing: "
            + ", ".join(sorted(missing))
        )
    return definitions
