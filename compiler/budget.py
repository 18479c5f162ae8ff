"""How much memory and time a compile may take: one budget for importers, passes and code generation alike."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from dldt.compiler.errors import InputError

MEMORY = 512 << 20
MEMORY_PER_BYTE = 8
"""Bytes that a compile may hold in arrays, unless the user says otherwise: so many, and so many for each byte of the
files that it reads."""

SECONDS = 900.0
SECONDS_PER_BYTE = 2.0**-20
"""The seconds that it may take, likewise."""

NODE = 1 << 13
"""Bytes that a node takes: in the graph, and in the tables of those who compile it."""

SMALL = 1 << 16
"""Arrays of fewer bytes are not counted."""


class BudgetError(InputError):
    """The model asks for more memory or time than its compile may take."""


@dataclass  # not attrs: --help works where no extra is installed
class Budget:
    """What a compile may take, and what it holds. ``doing`` names the node, pass or kernel that is at work."""

    memory: float = float("inf")
    seconds: float = float("inf")
    memory_per_byte: float = 0.0
    seconds_per_byte: float = 0.0
    """What each byte of the files that are read adds."""
    doing: str = "the model"
    held: int = 0
    _started: float = field(default_factory=time.monotonic)
    maps: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)
    """The files that this compile has mapped (``FileMap``)."""
    _owners: set[int] = field(default_factory=set)

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._started + self.seconds - time.monotonic()

    def add_file(self, size: int) -> None:
        """A file of so many bytes is read."""
        self.memory += self.memory_per_byte * size
        self.seconds += self.seconds_per_byte * size

    def has_room(self, bytes: int) -> bool:
        """Whether so many bytes more may be held."""
        return self.held + bytes <= self.memory

    def ask(self, bytes: int) -> None:
        """Before so many bytes are taken. Raises BudgetError naming who asks, where there is no room for them."""
        if not self.has_room(bytes):
            raise BudgetError(
                f"{self.doing} asks for {_size(bytes)} of memory; this compile may hold {_size(int(self.memory))} in "
                f"arrays, of which {_size(self.held)} are in use; --max-memory raises the limit"
            )

    def ask_nodes(self, count: int) -> None:
        """Before so many nodes, or outputs of a node, are made of a number that the model names. Raises BudgetError."""
        self.ask(count * NODE)

    def hold(self, array: Any) -> None:
        """Count an array until it is given up. Views count as what they show, views of files as nothing. Raises
        BudgetError, like ``ask``."""
        if array.nbytes < SMALL:
            return
        owner = array
        while owner.base is not None and hasattr(owner.base, "nbytes") and hasattr(owner.base, "base"):
            owner = owner.base
        if owner.base is not None or id(owner) in self._owners:
            return
        self.ask(owner.nbytes)
        self.held += owner.nbytes
        self._owners.add(id(owner))
        weakref.finalize(owner, self._release, id(owner), owner.nbytes).atexit = False

    def _release(self, owner: int, bytes: int) -> None:
        self.held -= bytes
        self._owners.discard(owner)

    def tick(self) -> None:
        """Raises BudgetError naming who is at work, where the time is over."""
        if self.left < 0:
            raise BudgetError(
                f"{self.doing}: the {self.seconds:.0f} seconds that this compile may take are over; --max-seconds "
                "raises the limit"
            )


_UNLIMITED = Budget()
_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


def budget() -> Budget:
    """The budget of the compile in progress; without bounds outside of ``limited``."""
    return _CURRENT.get() or _UNLIMITED


@contextmanager
def limited(memory: int | None = None, seconds: float | None = None) -> Iterator[Budget]:
    """A context in which a compile may hold so many bytes in arrays, and take so many seconds; by default a constant
    and a multiple of the size of the files that it reads."""
    made = Budget(
        memory or MEMORY,
        seconds or SECONDS,
        memory_per_byte=0 if memory else MEMORY_PER_BYTE,
        seconds_per_byte=0 if seconds else SECONDS_PER_BYTE,
    )
    token = _CURRENT.set(made)
    try:
        yield made
    finally:
        _CURRENT.reset(token)


@contextmanager
def limited_here(memory: int | None = None, seconds: float | None = None, size: int = 0) -> Iterator[Budget]:
    """The budget of the compile in progress where there is one and no limit is given, else like ``limited``, for what
    was read before from files of ``size`` bytes."""
    current = _CURRENT.get()
    if current is not None and memory is None and seconds is None:
        yield current
        return
    with limited(memory, seconds) as made:
        made.add_file(size)
        yield made


def _size(bytes: int) -> str:
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e8 else f"{bytes / 1e6:.1f} MB"
