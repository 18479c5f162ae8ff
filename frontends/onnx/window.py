"""What convolution and pooling attributes share: strides, dilations and padding an axis."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown

AUTO_PAD = {"NOTSET": "explicit", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower", "VALID": "valid"}
_LARGEST = 1 << 31


def per_axis(what: str, numbers: tuple[int, ...] | None, rank: int, default: int = 1) -> tuple[int, ...]:
    """``numbers``, or the default for each of ``rank`` axes. Raises InputError on a wrong count or absurd number."""
    if not numbers:
        return (default,) * rank
    if len(numbers) != rank:
        raise InputError(f"{what} has {len(numbers)} numbers, there are {rank} spatial axes")
    if any(not default <= number < _LARGEST for number in numbers):
        raise InputError(f"{what} is {list(numbers)}; each must be from {default} to 2**31")
    return tuple(numbers)


def padding(pads: tuple[int, ...] | None, auto_pad: str, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The begins and the ends of ``pads`` ([b…, e…]); zeros under ``auto_pad``. Raises InputError."""
    if auto_pad not in AUTO_PAD:
        raise InputError(f"auto_pad is {shown(auto_pad)}; {', '.join(AUTO_PAD)} are known")
    if not pads or auto_pad != "NOTSET":
        return (0,) * rank, (0,) * rank
    if len(pads) != 2 * rank:
        raise InputError(f"pads has {len(pads)} numbers, {2 * rank} are needed")
    if any(not 0 <= number < _LARGEST for number in pads):
        raise InputError(f"pads is {list(pads)}; each must be from 0 to 2**31")
    return tuple(pads[:rank]), tuple(pads[rank:])
