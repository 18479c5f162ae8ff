"""The memory through which the artifact is told of one run."""

from __future__ import annotations

import ctypes

from dldt.runtime.abi import REQUEST

INPUTS, OUTPUTS, SYMBOLS = REQUEST.word("inputs"), REQUEST.word("outputs"), REQUEST.word("dims")
ARENA, THREAD_POOL, PROFILE = REQUEST.word("arena"), REQUEST.word("pool"), REQUEST.word("profile")
OUTPUT_DIMS, SLOTS, GROW = REQUEST.word("output_dims"), REQUEST.word("slots"), REQUEST.word("grow")
DEADLINE, DETAIL, STATES = REQUEST.word("deadline"), REQUEST.word("detail"), REQUEST.word("states")
_CANCEL = REQUEST.offset("cancel")
FIRST_INPUT = REQUEST.size // 8
"""The word behind the struct, where the table of inputs starts."""


class RequestMemory:
    """A ``dldt_request`` at ``address`` as ``words`` of 8 bytes, to read and write.

    Behind the struct lie the tables of inputs and outputs that it points to, then the dims, free and found, then the
    dims of all outputs.
    """

    def __init__(self, inputs: int, outputs: int, dims: int, output_dims: int = 0) -> None:
        self._counts = inputs, outputs, dims, output_dims
        self.first_output = FIRST_INPUT + inputs
        self.first_symbol = self.first_output + outputs
        self.first_output_dim = self.first_symbol + dims
        memory = bytearray(8 * (self.first_output_dim + output_dims))
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        self.words = memoryview(memory).cast("Q")
        self._link()

    def copy(self) -> RequestMemory:
        """The same run, in memory of its own."""
        copied = RequestMemory(*self._counts)
        copied.words[:] = self.words
        copied._link()
        return copied

    def set_cancel(self, value: int) -> None:
        """1 ends a run that is in progress, from any thread."""
        ctypes.c_uint32.from_address(self.address + _CANCEL).value = value

    def _link(self) -> None:
        """Let the struct's pointers point to the tables behind it."""
        for word, first in ((INPUTS, FIRST_INPUT), (OUTPUTS, self.first_output), (SYMBOLS, self.first_symbol)):
            self.words[word] = self.address + 8 * first
        if self._counts[3]:
            self.words[OUTPUT_DIMS] = self.address + 8 * self.first_output_dim
