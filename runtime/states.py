"""The state variables of a request: what one run leaves for the next."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np

from dldt.runtime.address import address
from dldt.runtime.errors import RunMemoryError, RuntimeInputError
from dldt.runtime.metadata import Metadata, StateInfo
from dldt.runtime.shown import shown
from dldt.runtime.slots import Slots
from dldt.runtime.turn import Turn


class States:
    """The variables of a model by name, as a dict has them: None stands for one that no run has assigned.

    They are read and written between runs. ``address`` is the table in which the artifact has them: for each variable a
    word that is 1 if it is set, then its dims.
    """

    def __init__(self, metadata: Metadata, slots: Slots | None, turn: Turn) -> None:
        self._slots, self._turn = slots, turn
        self._places: dict[str, tuple[StateInfo, int]] = {}
        words = 0
        for state in metadata.states:
            self._places[state.name] = state, words
            words += 1 + len(state.shape)
        self._table = (ctypes.c_int64 * max(1, words))()
        self.address = ctypes.addressof(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> np.ndarray[Any, Any] | None:
        """A copy of what the variable holds."""
        state, word, slots = self._find(name)
        self._turn.take()
        try:
            if not self._table[word]:
                return None
            array = np.empty(self._table[word + 1 : word + 1 + len(state.shape)], state.dtype)
            if array.nbytes:
                ctypes.memmove(address(array), slots.data(state.slot), array.nbytes)
            return array
        finally:
            self._turn.lock.release()

    def __setitem__(self, name: str, value: Any) -> None:
        """Let the variable hold a copy of an array; None makes it one that no run has assigned."""
        state, word, slots = self._find(name)
        array = None if value is None else _checked(value, state)
        self._turn.take()
        try:
            self._table[word] = 0
            if array is None:
                return
            if not slots.grow(state.slot, array.nbytes):
                raise RunMemoryError(f"no memory for the {array.nbytes} bytes of the state variable {shown(name)}")
            if array.nbytes:
                ctypes.memmove(slots.data(state.slot), address(array), array.nbytes)
            self._table[word : word + 1 + array.ndim] = [1, *array.shape]
        finally:
            self._turn.lock.release()

    def reset(self) -> None:
        """No run has assigned any variable."""
        ctypes.memset(self.address, 0, ctypes.sizeof(self._table))

    def _find(self, name: str) -> tuple[StateInfo, int, Slots]:
        if name not in self._places or self._slots is None:
            known = f"its state variables: {', '.join(map(shown, list(self)[:8]))}" if self._places else "it has none"
            raise RuntimeInputError(f"the model has no state variable {shown(name)}; {known}")
        return *self._places[name], self._slots


def _checked(value: Any, state: StateInfo) -> np.ndarray[Any, Any]:
    if not isinstance(value, np.ndarray) or value.dtype != state.dtype:
        kind = value.dtype if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise RuntimeInputError(
            f"state variable {shown(state.name)} must be a numpy array of {state.dtype}, not {kind}"
        )
    fits = value.ndim == len(state.shape) and all(
        not isinstance(dim, int) or dim == size for dim, size in zip(state.shape, value.shape, strict=False)
    )
    if not fits:
        wanted, given = ",".join(map(str, state.shape)), ",".join(map(str, value.shape))
        raise RuntimeInputError(f"state variable {shown(state.name)} must have the shape [{wanted}], not [{given}]")
    return np.require(value, requirements=("C", "A"))
