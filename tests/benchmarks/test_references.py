"""References in machine code, in instructions that were assembled by hand."""

import struct

import pytest

from benchmarks.references import references
from dldt.codegen.object.elf_constants import EM_AARCH64, EM_X86_64

RETURN = b"\xc3"
ADD_IMMEDIATE = b"\x48\x05"  # add rax, imm32
CALL, LOAD, SHUFFLE = b"\xe8", b"\xc5\xf8\x28\x05", b"\xc5\xf9\x70\x05"
# call f; vmovaps xmm0, [rip + …]; vpshufd xmm0, [rip + …], imm8


def x86(base, *parts):
    """A function at ``base``: bytes, and (opcode, target, what follows) for references."""
    code = b""
    for part in parts:
        if isinstance(part, bytes):
            code += part
            continue
        opcode, target, rest = part
        end = base + len(code) + len(opcode) + 4 + len(rest)
        code += opcode + struct.pack("<i", target - end) + rest
    return base, code


def found(ours, theirs, machine=EM_X86_64, known=(0x1000, 0x1040, 0x1044, 0x3000, 0x5000, 0x5040, 0x5044, 0x6100)):
    return references(ours, theirs, machine, lambda a, b: a in known and b in known)


def test_equal_code_needs_no_references():
    body = x86(0x2000, (CALL, 0x1000, b""), RETURN)
    assert found(body, body) == []
    assert found(body, (0x2000, body[1] + RETURN)) is None


def test_calls_and_constants_at_other_places():
    one = x86(0x2000, (CALL, 0x3000, b""), (LOAD, 0x1000, b""), (SHUFFLE, 0x1044, b"\x1b"), RETURN)
    other = x86(0x7000, (CALL, 0x6100, b""), (LOAD, 0x5000, b""), (SHUFFLE, 0x5044, b"\x1b"), RETURN)
    assert found(one, other) == [(0x3000, 0x6100), (0x1000, 0x5000), (0x1044, 0x5044)]


def test_a_distance_may_differ_in_its_high_bytes_alone():
    one, other = x86(0x2000, (LOAD, 0x1000, b""), RETURN), x86(0x6000, (LOAD, 0x3000, b""), RETURN)
    assert [a ^ b for a, b in zip(one[1], other[1], strict=True)][4] == 0
    assert found(one, other) == [(0x1000, 0x3000)]


@pytest.mark.parametrize(
    "other", [x86(0x2000, ADD_IMMEDIATE, b"\x09\0\0\0", RETURN), x86(0x2000, b"\x48\x2d", b"\x07\0\0\0", RETURN)]
)
def test_other_numbers_and_other_instructions_differ(other):
    assert found(x86(0x2000, ADD_IMMEDIATE, b"\x07\0\0\0", RETURN), other) is None


def arm(base, *words):
    return base, struct.pack(f"<{len(words)}I", *words)


def branch(base, place, target):
    """BL."""
    return 0x9400_0000 | (target - base - place) // 4 & 0x3FF_FFFF


def page(base, place, target, register=8):
    """ADRP."""
    pages = (target >> 12) - (base + place >> 12)
    return 0x9000_0000 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5 | register


def load(target, register=8):
    """LDR q0, [register, #…]: in units of 16 bytes."""
    return 0x3DC0_0000 | (target & 0xFFF) // 16 << 10 | register << 5


def test_aarch64():
    one = arm(0x2000, branch(0x2000, 0, 0x3000), page(0x2000, 4, 0x1040), load(0x1040))
    other = arm(0x17000, branch(0x17000, 0, 0x6100), page(0x17000, 4, 0x5000), load(0x5000))
    assert found(one, other, EM_AARCH64) == [(0x3000, 0x6100), (0x1040, 0x5000)]
    stray = arm(0x17000, branch(0x17000, 0, 0x6104), *struct.unpack("<2I", other[1][4:]))
    assert found(one, stray, EM_AARCH64) is None
    assert found(arm(0, 0x9100_0400), arm(0, 0x9100_0800), EM_AARCH64) is None  # add x0, x0, #1 and #2
