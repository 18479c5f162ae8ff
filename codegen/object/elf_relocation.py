"""What each relocation type writes, for x86-64 and aarch64.

S is the symbol's address, A the addend, P the place's address. Only types that are valid wherever the file is mapped
are supported, because nothing relocates an artifact when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.object import elf_constants as elf
from dldt.compiler.errors import InternalError

# Names of types that LLVM writes for absolute addresses and for the global offset table; they are not supported.
_NAMES = {
    elf.EM_X86_64: {
        1: "R_X86_64_64",
        9: "R_X86_64_GOTPCREL",
        10: "R_X86_64_32",
        11: "R_X86_64_32S",
        41: "R_X86_64_GOTPCRELX",
        42: "R_X86_64_REX_GOTPCRELX",
    },
    elf.EM_AARCH64: {
        257: "R_AARCH64_ABS64",
        258: "R_AARCH64_ABS32",
        311: "R_AARCH64_ADR_GOT_PAGE",
        312: "R_AARCH64_LD64_GOT_LO12_NC",
    },
}


def relocate(machine: int, kind: int, view: bytearray, offset: int, target: int, place: int) -> None:
    """Write at ``view[offset]``, whose address is ``place``, a reference to the address ``target``, S+A."""
    table = _X86_64 if machine == elf.EM_X86_64 else _AARCH64
    if kind not in table:
        name = _NAMES[machine].get(kind, f"type {kind}")
        raise InternalError(f"the code needs relocation {name}, and an artifact works wherever it is mapped, as it is")
    table[kind](view, offset, target, place)


def _check(value: int, bits: int) -> int:
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise InternalError(f"a reference over {value} bytes does not fit {bits} bits: the artifact is too large")
    return value


def _store(view: bytearray, offset: int, value: int, size: int) -> None:
    view[offset : offset + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def _relative(size: int) -> Callable[[bytearray, int, int, int], None]:
    def write(view: bytearray, offset: int, target: int, place: int) -> None:
        _store(view, offset, _check(target - place, 8 * size), size)

    return write


def _patch(view: bytearray, offset: int, mask: int, bits: int) -> None:
    """Replace the bits of ``mask`` in the instruction at ``offset``."""
    word = int.from_bytes(view[offset : offset + 4], "little")
    _store(view, offset, word & ~mask | bits & mask, 4)


def _branch(width: int, shift: int) -> Callable[[bytearray, int, int, int], None]:
    """A branch over words: ``width`` bits of displacement / 4, from bit ``shift`` on."""

    def write(view: bytearray, offset: int, target: int, place: int) -> None:
        words = _check(target - place, width + 2) >> 2
        _patch(view, offset, (1 << width) - 1 << shift, words << shift)

    return write


def _split_21(view: bytearray, offset: int, value: int) -> None:
    """The 21 bits of ADR and ADRP: two low ones at bit 29, the others at bit 5."""
    _check(value, 21)
    _patch(view, offset, 0x60FFFFE0, (value & 3) << 29 | (value >> 2 & 0x7FFFF) << 5)


def _adr(view: bytearray, offset: int, target: int, place: int) -> None:
    _split_21(view, offset, target - place)


def _adrp(view: bytearray, offset: int, target: int, place: int) -> None:
    _split_21(view, offset, (target >> 12) - (place >> 12))


def _low_12(scale: int) -> Callable[[bytearray, int, int, int], None]:
    """The low 12 bits of an address, in units of 1 << scale bytes, at bit 10 of ADD, LDR and STR."""

    def write(view: bytearray, offset: int, target: int, place: int) -> None:
        low = target & 0xFFF
        if low & (1 << scale) - 1:
            raise InternalError(f"a {1 << scale}-byte access refers to an address that is no multiple of it")
        _patch(view, offset, 0xFFF << 10, low >> scale << 10)

    return write


_Writer = Callable[[bytearray, int, int, int], None]

_X86_64: dict[int, _Writer] = {
    2: _relative(4),  # PC32
    4: _relative(4),  # PLT32: everything is in one file, so no table of jumps
    24: _relative(8),  # PC64
}

_AARCH64: dict[int, _Writer] = {
    260: _relative(8),  # PREL64
    261: _relative(4),  # PREL32
    262: _relative(2),  # PREL16
    273: _branch(19, 5),  # LD_PREL_LO19
    274: _adr,  # ADR_PREL_LO21
    275: _adrp,  # ADR_PREL_PG_HI21
    276: _adrp,  # ADR_PREL_PG_HI21_NC
    277: _low_12(0),  # ADD_ABS_LO12_NC
    278: _low_12(0),  # LDST8_ABS_LO12_NC
    279: _branch(14, 5),  # TSTBR14
    280: _branch(19, 5),  # CONDBR19
    282: _branch(26, 0),  # JUMP26
    283: _branch(26, 0),  # CALL26
    284: _low_12(1),  # LDST16_ABS_LO12_NC
    285: _low_12(2),  # LDST32_ABS_LO12_NC
    286: _low_12(3),  # LDST64_ABS_LO12_NC
    299: _low_12(4),  # LDST128_ABS_LO12_NC
    314: _relative(4),  # PLT32
}
