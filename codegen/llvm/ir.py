"""LLVM types and values as text."""

from __future__ import annotations

import struct

import attrs

from dldt.compiler.types import DType

FLOATS = {"float": 32, "double": 64, "half": 16, "bfloat": 16}

LLVM_TYPES = {
    DType.f64: "double",
    DType.f32: "float",
    DType.f16: "i16",
    DType.bf16: "i16",
    DType.i64: "i64",
    DType.u64: "i64",
    DType.i32: "i32",
    DType.u32: "i32",
    DType.i16: "i16",
    DType.u16: "i16",
    DType.i8: "i8",
    DType.u8: "i8",
    DType.boolean: "i8",
}
"""The type in which an element is loaded and stored. A boolean is a byte, 0 or 1. Half types are integers: LLVM would
split a masked access to halves into single elements and convert them on the way."""

VALUE_TYPES = {**LLVM_TYPES, DType.f16: "half", DType.bf16: "bfloat"}
"""An element as a number in a register, in its own type."""


@attrs.frozen
class Ir:
    """An SSA value or a constant: its LLVM type and the text that names it."""

    type: str
    name: str

    @property
    def lanes(self) -> int:
        """The number of vector lanes, 0 for a scalar."""
        return lanes(self.type)

    @property
    def element(self) -> str:
        """The scalar type of a lane."""
        return element(self.type)

    @property
    def is_float(self) -> bool:
        """Whether the lanes are floating point."""
        return self.element in FLOATS

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


def lanes(type: str) -> int:
    """``<16 x float>`` → 16, ``float`` → 0."""
    return int(type[1:].split(" ", 1)[0]) if type.startswith("<") else 0


def element(type: str) -> str:
    """``<16 x float>`` → ``float``."""
    return type[1:-1].split(" x ", 1)[1] if type.startswith("<") else type


def vector(element_type: str, count: int) -> str:
    """The type of ``count`` lanes; 0 gives the scalar."""
    return f"<{count} x {element_type}>" if count else element_type


def bits(element_type: str) -> int:
    """The width of a scalar type in bits."""
    return FLOATS.get(element_type) or (64 if element_type == "ptr" else int(element_type[1:]))


def literal(type: str, value: float) -> str:
    """The text of a constant of scalar type ``type``, exact."""
    if type == "i1":
        return "true" if value else "false"
    if type not in FLOATS:
        width = bits(type)
        wrapped = int(value) & ((1 << width) - 1)
        return str(wrapped - (1 << width) if wrapped >> (width - 1) else wrapped)
    if type == "bfloat":
        raise ValueError(f"constants of type {type} are written as float and converted")
    if type == "half":
        return f"0xH{struct.unpack('<H', struct.pack('<e', value))[0]:04X}"
    if type == "float":
        value = _round_to_float(float(value))
    return f"0x{struct.unpack('<Q', struct.pack('<d', float(value)))[0]:016X}"


def _round_to_float(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def constant(type: str, value: float) -> Ir:
    """A constant, the same in every lane."""
    scalar = element(type)
    text = literal(scalar, value)
    count = lanes(type)
    if not count:
        return Ir(type, text)
    if float(value) == 0 and not text.startswith(("0x8", "0xH8")):
        return Ir(type, "zeroinitializer")
    return Ir(type, f"splat ({scalar} {text})")
