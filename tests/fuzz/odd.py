"""Values that no sound model has at most places."""

import numpy as np

NUMBERS = (0, 1, -1, 2, 2**31, 2**62, -(2**63))
FLOATS = (0.0, 1.0, -1.0, float(2**31), float(2**62), float("nan"), float("inf"), float("-inf"))


def odd_ints(value):
    """Instead of one whole number."""
    return tuple(dict.fromkeys((*NUMBERS, *(n for n in (value - 1, value + 1) if -(2**63) <= n < 2**63))))


def odd_floats(value):
    """Instead of one float."""
    return (*FLOATS, value - 1, value + 1)


def odd_lists(values, odd):
    """Instead of a list: each place with each odd value, all places with it, shorter and longer lists."""
    for place, value in enumerate(values[:4]):
        for other in odd(value):
            yield [*values[:place], other, *values[place + 1 :]]
    for other in odd(1):
        yield [other] * max(1, len(values))
    yield []
    yield values[:-1]
    yield [*values, *(values[-1:] or [1])]
    yield list(values) * 20 + [1]


def odd_arrays(array):
    """Instead of a small constant input; of text, other shapes only."""
    with np.errstate(all="ignore"):
        yield from _odd_arrays(array)


def _odd_arrays(array):
    flat = array.ravel()
    if array.dtype.kind in "iu":
        bounds = np.iinfo(array.dtype)
        odd = [n for n in odd_ints(int(flat[0]) if flat.size else 0) if bounds.min <= n <= bounds.max]
        odd += [bounds.max]
    elif array.dtype.kind == "f":
        odd = odd_floats(float(flat[0]) if flat.size else 0.0)
    else:
        odd = ()
    for place in range(min(flat.size, 4)):
        for value in odd:
            changed = flat.copy()
            changed[place] = value
            yield changed.reshape(array.shape)
    for value in odd:
        yield np.full_like(array, value)
    yield flat[:0]
    yield flat[:-1]
    yield np.concatenate([flat, flat[-1:], flat[:1]])
    yield np.asarray(flat[0] if flat.size else 0, array.dtype)
    yield array[np.newaxis]
    if array.dtype.kind in "iuf":
        yield array.astype(np.float32 if array.dtype.kind in "iu" else np.int64)
