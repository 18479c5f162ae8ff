"""Kernel, stride, padding and dilation as Caffe writes them: one number, one an axis, or by ``_h`` and ``_w``."""

from __future__ import annotations

from dldt.compiler.errors import InputError

_LARGEST = 1 << 31


def per_axis(
    what: str,
    numbers: tuple[int, ...] | int | None,
    high: int | None,
    wide: int | None,
    rank: int,
    default: int | None = 1,
) -> tuple[int, ...]:
    """The number of each of ``rank`` axes. ``default`` is None where one must be given. Raises InputError."""
    if high is not None or wide is not None:
        if rank != 2:
            raise InputError(f"{what}_h and {what}_w are for two spatial axes, there are {rank}")
        fill = 0 if what == "pad" else None
        pair = (fill if high is None else high, fill if wide is None else wide)
        if None in pair:
            raise InputError(f"{what}_h and {what}_w must be given together")
        return _checked(what, tuple(number for number in pair if number is not None))
    given = (numbers,) if isinstance(numbers, int) else tuple(numbers or ())
    if not given:
        if default is None:
            raise InputError(f"{what} is not given")
        return (default,) * rank
    if len(given) not in (1, rank):
        raise InputError(f"{what} has {len(given)} numbers, there are {rank} spatial axes")
    return _checked(what, given * rank if len(given) == 1 else given)


def _checked(what: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    least = 0 if what == "pad" else 1
    if any(not least <= number < _LARGEST for number in numbers):
        raise InputError(f"{what} is {list(numbers)}; each must be from {least} to 2**31")
    return numbers
