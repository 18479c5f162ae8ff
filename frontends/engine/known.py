"""What an importer may know of a value at import time: its content, computed where all it depends on is constant."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.core import Parameter
from dldt.compiler.types import Array

_MAX_ELEMENTS = 1 << 16
_MAX_STEPS = 256


def known_array(value: Value) -> Array | None:
    """The content of ``value`` where it follows from constants in at most 256 small nodes; None elsewhere."""
    return _Evaluation().array(value)


def known_dims(value: Value) -> tuple[Dim, ...] | None:
    """The content of a small integer value, flattened; dims may be symbolic. None where it is not known."""
    if value.type.value is not None:
        return value.type.value
    array = known_array(value)
    return None if array is None else tuple(int(x) for x in array.ravel())


def required_array(value: Value, what: str) -> Array:
    """Like ``known_array``; UnsupportedError where the content depends on the model's inputs."""
    array = known_array(value)
    if array is None:
        raise UnsupportedError(f"{what} is computed at run time; it must be a constant")
    return array


def required_ints(value: Value, what: str, count: int | None = None) -> tuple[int, ...]:
    """The known content as ints. Raises UnsupportedError, and InputError where there are not ``count`` of them."""
    found = tuple(int(x) for x in required_array(value, what).ravel())
    if count is not None and len(found) != count:
        raise InputError(f"{what} must hold {'one number' if count == 1 else f'{count} numbers'}, it has {len(found)}")
    return found


def required_int(value: Value, what: str) -> int:
    """The one known int. Raises UnsupportedError, and InputError where there are several or none."""
    return required_ints(value, what, 1)[0]


class _Evaluation:
    def __init__(self) -> None:
        self._done: dict[Value, Array | None] = {}
        self._steps = 0

    def array(self, value: Value) -> Array | None:
        """The content, computed from the inputs upwards without recursion."""
        pending = [value]
        while pending:
            current = pending[-1]
            if current in self._done:
                pending.pop()
                continue
            at_once = self._at_once(current)
            if at_once is not None or self._hopeless(current):
                self._done[current] = at_once
                continue
            missing = [v for v in current.inputs if v is not None and v not in self._done]
            if missing:
                pending += missing
                continue
            self._compute(current)
        return self._done[value]

    def _at_once(self, value: Value) -> Array | None:
        if value.constant is not None:
            return value.constant
        content = value.type.value
        if content is None or not all(isinstance(dim, int) for dim in content) or not value.type.is_static:
            return None
        return np.array([int(dim) for dim in content], dtype=value.type.dtype.numpy).reshape(value.type.static_shape)

    def _hopeless(self, value: Value) -> bool:
        self._steps += 1
        types = [value.type, *(v.type for v in value.inputs if v is not None)]
        small = all(t.is_static and t.elements <= _MAX_ELEMENTS for t in types)
        own = isinstance(value.op, Parameter) or bool(value.op.bodies) or not value.op.is_pure()
        return self._steps > _MAX_STEPS or not small or own

    def _compute(self, value: Value) -> None:
        arguments = [None if v is None else self._done[v] for v in value.inputs]
        if any(a is None and v is not None for a, v in zip(arguments, value.inputs, strict=True)):
            self._done[value] = None
            return
        result = value.op.evaluate(*arguments)
        arrays = result if isinstance(result, tuple) else (result,)
        for output, array in zip(value.node.outputs, arrays, strict=True):
            self._done[output] = array
