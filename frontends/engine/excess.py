"""Numbers of a model that neither Python nor numpy can hold, as faults of the model."""

from __future__ import annotations

from dldt.compiler.errors import InputError

_SIZES = ("array is too big", "maximum allowed dimension", "maximum supported dimension", "negative dimensions")
_NUMBERS = ("cannot convert float nan", "cannot convert float infinity")


def excess(error: BaseException) -> InputError | None:
    """What the user is told where a number is beyond what can be computed with; None for any other error."""
    text = str(error)
    if isinstance(error, MemoryError):
        return InputError(f"there is not enough memory for it ({text[:200] or 'no details'})")
    if isinstance(error, OverflowError):
        return InputError("a number that it is given is infinite, or too large to compute with")
    if not isinstance(error, ValueError):
        return None
    if any(words in text.lower() for words in _NUMBERS):
        return InputError("a number that it is given is NaN or infinite, where a whole number is needed")
    if any(words in text.lower() for words in _SIZES):
        return InputError("a size that it asks for is one that no tensor has")
    return None
