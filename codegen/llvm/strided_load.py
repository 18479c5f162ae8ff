"""Vectors of elements that lie a short stride apart: adjacent elements are loaded, and shuffled."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, bits, element, lanes, vector

_SHORT = (-1, 2, 3, 4)


def is_short_stride(stride: int) -> bool:
    """Whether a few loads and shuffles take less time than one load for each lane."""
    return stride in _SHORT


def strided_load(b: Builder, wide: str, address: Ir, stride: int, mask: Ir | None) -> Ir:
    """The elements ``address[k * stride]`` as a vector of type ``wide``. No element beside the first and the last one
    is touched, nor one whose lane is off."""
    kind, count = element(wide), lanes(wide)
    size = bits(kind) // 8
    if stride == -1:
        start = b.gep(address, b.index(1 - count), kind)
        order = range(count - 1, -1, -1)
        if mask is None:
            return b.shuffle(b.load(wide, start, size), order)
        return b.shuffle(b.masked_load(wide, start, b.shuffle(mask, order), size), order)
    parts: list[Ir] = []
    places: list[tuple[int, int]] = []
    for number in range(stride):
        first = min(number * count, (count - 1) * stride + 1 - count)
        start = b.gep(address, b.index(first), kind)
        parts.append(b.load(wide, start, size) if mask is None else _masked(b, wide, start, first, stride, mask))
        begin = len(places)
        while len(places) < count and len(places) * stride < first + count:
            places.append((number, len(places) * stride - first))
        if begin == len(places):
            raise AssertionError("every load of a short stride has an element")
    return _joined(b, parts, places)


def _masked(b: Builder, wide: str, start: Ir, first: int, stride: int, mask: Ir) -> Ir:
    """The elements from the ``first`` on that lanes under the mask need."""
    count = lanes(wide)
    off = b.const(mask.type, 0)
    numbers = [place // stride if place % stride == 0 else count for place in range(first, first + count)]
    listed = ", ".join(f"i32 {number}" for number in numbers)
    needed = b.emit(vector("i1", count), f"shufflevector {mask}, {off}, <{count} x i32> <{listed}>")
    return b.masked_load(wide, start, needed, bits(element(wide)) // 8)


def _joined(b: Builder, parts: list[Ir], places: list[tuple[int, int]]) -> Ir:
    """The vector whose lanes are these (part, lane). Each part has a run of them."""
    made, count = parts[0], len(places)
    done = [lane for part, lane in places if part == 0]
    for number, part in enumerate(parts[1:], 1):
        own = [lane for owner, lane in places if owner == number]
        order = [*(done if number == 1 else range(len(done))), *(count + lane for lane in own)]
        order += [0] * (count - len(order))
        listed = ", ".join(f"i32 {place}" for place in order)
        made = b.emit(made.type, f"shufflevector {made}, {part}, <{count} x i32> <{listed}>")
        done = [*done, *own]
    return made
