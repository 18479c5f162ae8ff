"""The references of two functions to constants and code elsewhere in their artifacts, found in their instructions."""

from __future__ import annotations

import struct
from collections.abc import Callable

from dldt.codegen.object import elf_constants as elf

Reference = tuple[int, int]
"""The two addresses that the same instruction refers to in the two functions."""
Body = tuple[int, bytes]
"""A function: the address of its first instruction, and its bytes."""
Plausible = Callable[[int, int], bool]
"""Whether both addresses are of something that code may refer to."""


def references(ours: Body, theirs: Body, machine: int, plausible: Plausible) -> list[Reference] | None:
    """The references of two functions of equal length that differ only in the addresses referred to, without references
    whose distances are equal; None where an instruction differs."""
    if len(ours[1]) != len(theirs[1]):
        return None
    if ours[1] == theirs[1]:
        return []
    return (_x86_64 if machine == elf.EM_X86_64 else _aarch64)(ours, theirs, plausible)


def _x86_64(ours: Body, theirs: Body, plausible: Plausible) -> list[Reference] | None:
    """A reference is 4 bytes: the distance from the end of the instruction. References are found by their difference,
    which may not affect their low bytes. Up to 4 bytes of an immediate may follow before the end of the instruction."""
    (base, code), (other_base, other) = ours, theirs
    found, at = [], 0
    while at < len(code):
        if code[at] == other[at]:
            at += 1
            continue
        for start in range(at, max(at - 4, -1), -1):
            ends = (base + start + 4 + _signed(code, start), other_base + start + 4 + _signed(other, start))
            pair = (_aligned(ends[0]), _aligned(ends[1]))
            if plausible(*ends) or plausible(*pair):
                break
        else:
            return None
        found.append(ends if plausible(*ends) else pair)
        at = start + 4
    return found


def _signed(code: bytes, at: int) -> int:
    return struct.unpack("<i", code[at : at + 4].ljust(4, b"\0"))[0]


def _aligned(address: int) -> int:
    """The address of the constant: it is a multiple of 4, and an immediate of 1 to 3 bytes may follow the reference."""
    return -(-address // 4) * 4


def _aarch64(ours: Body, theirs: Body, plausible: Plausible) -> list[Reference] | None:
    """A reference is a branch with its distance, or an ADRP, which puts the address of a page into a register, with an
    ADD or a load that adds the offset in the page."""
    found: list[Reference] = []
    pages: dict[int, Reference] = {}
    words = zip(struct.iter_unpack("<I", ours[1]), struct.iter_unpack("<I", theirs[1]), strict=True)
    for number, ((word,), (other,)) in enumerate(words):
        places = ours[0] + 4 * number, theirs[0] + 4 * number
        if word & 0x9F00_0000 == 0x9000_0000 and (word ^ other) & 0x9F00_001F == 0:
            pages[word & 31] = _page(word, places[0]), _page(other, places[1])
        elif word == other:
            continue
        elif word & 0x7C00_0000 == 0x1400_0000 and word >> 26 == other >> 26:
            found.append((places[0] + _distance(word), places[1] + _distance(other)))
        elif (word ^ other) & ~(0xFFF << 10) == 0 and (word >> 5 & 31) in pages and (scale := _scale(word)) is not None:
            page, its = pages[word >> 5 & 31]
            found.append((page + ((word >> 10 & 0xFFF) << scale), its + ((other >> 10 & 0xFFF) << scale)))
        else:
            return None
    return found if all(plausible(*pair) for pair in found) else None


def _page(word: int, place: int) -> int:
    pages = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
    return (place >> 12) + (pages - (pages >> 20 << 21)) << 12


def _distance(word: int) -> int:
    words = word & 0x3FF_FFFF
    return 4 * (words - (words >> 25 << 26))


def _scale(word: int) -> int | None:
    """The shift of the 12-bit offset that a load or an ADD adds to a register; None for other instructions."""
    if word & 0xFFC0_0000 == 0x9100_0000:
        return 0
    if word & 0x3B00_0000 != 0x3900_0000:
        return None
    return 4 if word >> 26 & 1 and word >> 23 & 1 else word >> 30
