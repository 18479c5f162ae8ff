"""What the artifact is told of one run, in memory."""

from __future__ import annotations

import ctypes

# ``dldt_request`` of dldt.h as words of 8 bytes; behind it the tables of inputs and outputs, and the free dims.
INPUTS, OUTPUTS, ARENA, SYMBOLS, TEAM, PROFILE = range(6)
FIRST_INPUT = 6


class RequestMemory:
    """A ``dldt_request`` at ``address``, with its tables behind it, as ``words`` to read and write."""

    def __init__(self, inputs: int, outputs: int, symbols: int) -> None:
        self._counts = inputs, outputs, symbols
        self.first_output = FIRST_INPUT + inputs
        self.first_symbol = self.first_output + outputs
        memory = bytearray(8 * (self.first_symbol + symbols))
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        self.words = memoryview(memory).cast("Q")
        self._link()

    def copy(self) -> RequestMemory:
        """The same run, in memory of its own."""
        copied = RequestMemory(*self._counts)
        copied.words[:] = self.words
        copied._link()
        return copied

    def _link(self) -> None:
        for word, first in ((INPUTS, FIRST_INPUT), (OUTPUTS, self.first_output), (SYMBOLS, self.first_symbol)):
            self.words[word] = self.address + 8 * first
