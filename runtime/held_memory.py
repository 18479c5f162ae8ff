"""All the memory that a request holds for its runs."""

from __future__ import annotations

from dldt.runtime.abi import ARENA_ALIGNMENT
from dldt.runtime.arena_memory import ArenaMemory
from dldt.runtime.errors import RunMemoryError, RuntimeInputError
from dldt.runtime.metadata import Metadata
from dldt.runtime.shown import shown
from dldt.runtime.slots import Slots


class HeldMemory:
    """The arena with the scratch memory of so many threads behind it, and the slots; together no more than ``limit``
    bytes, where that is not None."""

    def __init__(self, metadata: Metadata, threads: int, limit: int | None) -> None:
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
            raise RuntimeInputError(f"max_memory must be a number of bytes or None, not {shown(limit)}")
        self.arena: ArenaMemory | None = None
        self._scratch, self._limit = metadata.scratch * threads, limit
        self.slots = Slots(metadata, limit, self.arena_bytes) if metadata.slots else None

    def arena_bytes(self) -> int:
        """The bytes of the arena."""
        return 0 if self.arena is None else self.arena.size

    @property
    def bytes(self) -> int:
        """The bytes of all that is held."""
        return self.arena_bytes() + (0 if self.slots is None else self.slots.bytes)

    def fit_arena(self, size: int) -> int:
        """Have an arena of at least ``size`` bytes besides the scratch memory, and tell its address. It never
        shrinks."""
        size = -(-size // ARENA_ALIGNMENT) * ARENA_ALIGNMENT + self._scratch
        if self.arena is not None and size <= self.arena.size:
            return self.arena.address
        self.arena = None  # the old one goes before the new one comes
        if self._limit is not None and self.bytes + size > self._limit:
            raise RunMemoryError(
                f"the run needs {size} bytes, and with the {self.bytes} that the request holds they are more than its "
                f"max_memory of {self._limit}"
            )
        try:
            self.arena = ArenaMemory(size)
        except (MemoryError, OSError, OverflowError, ValueError):
            raise RunMemoryError(f"the run needs {size} bytes, and the system has no more memory") from None
        return self.arena.address

    def release(self) -> None:
        """Give back all but the state variables."""
        self.arena = None
        if self.slots is not None:
            self.slots.release()
