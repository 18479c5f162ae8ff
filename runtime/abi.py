"""The binary interface of an artifact: its structs, its functions and the numbers that hosts share, written once.

The Python runtime packs and calls by these records, and the code generator takes its offsets from them. Tests compare
them with ``dldt.h``, with the layout that a C compiler chooses, and with the one that LLVM chooses.
"""

from __future__ import annotations

ABI_MAJOR = 3
"""A host refuses artifacts of another major number."""
ABI_MINOR = 0
"""A newer minor number only adds."""

ARENA_ALIGNMENT = 64
"""The arena starts at a multiple of so many bytes, and its size is rounded up to one."""
SPIN_DEFAULT = 2000
"""Turns that a thread waits in a loop before it sleeps, where the host sets no other number."""
SPIN_CROWDED = 20
"""The same where there are more threads than processors: the thread that is awaited may need this processor."""


CANCELLED, DEADLINE_PASSED, NO_MEMORY, CONDITION = 1, 2, 3, 4
"""What ``dldt_run`` answers where a run ends early: the host cancelled it; its deadline has passed; the host gave no
memory (``detail``: the slot, the bytes); a condition does not hold (``detail``: its number, both values)."""


class CField:
    """A member of a struct, with its offset in bytes; an array has a ``length``, a reserved member no meaning."""

    __slots__ = ("length", "meaning", "name", "offset", "type")

    def __init__(self, offset: int, type: str, name: str, meaning: str = "", length: int = 1) -> None:
        self.offset, self.type, self.name, self.meaning, self.length = offset, type, name, meaning, length


class CStruct:
    """A struct under its name in C, with its size in bytes and all its members in order."""

    __slots__ = ("alignment", "fields", "name", "size")

    def __init__(self, name: str, size: int, alignment: int, fields: tuple[CField, ...]) -> None:
        self.name, self.size, self.alignment, self.fields = name, size, alignment, fields

    def offset(self, name: str) -> int:
        """Where the member called ``name`` starts, in bytes; KeyError without one."""
        for field in self.fields:
            if field.name == name:
                return field.offset
        raise KeyError(f"{self.name} has no member {name}")

    def word(self, name: str) -> int:
        """The same in words of 8 bytes, for a struct that consists of such."""
        return self.offset(name) // 8


THREAD_POOL = CStruct(
    "dldt_thread_pool",
    256,
    64,
    (
        CField(0, "uint32_t", "generation", "futex word: one more for each job"),
        CField(4, "uint32_t", "stop", "set by dldt_stop"),
        CField(8, "struct dldt_request *", "job", "the request that is running"),
        CField(16, "uint32_t", "threads", "the caller and its workers"),
        CField(20, "uint32_t", "sleepers", "workers asleep on generation"),
        CField(24, "uint32_t", "spin", "turns of a waiting loop before sleep, 0: the default"),
        CField(28, "uint32_t", "reserved_0"),
        CField(32, "uint64_t", "ended", "when the last short inference ended, in ticks of the processor's clock"),
        CField(40, "uint64_t", "usual", "ticks that a short inference takes on one thread"),
        CField(48, "int32_t", "strikes", "how often several threads took longer; below zero, runs left for one thread"),
        CField(52, "uint32_t", "rest", "how many runs one thread gets the next time"),
        CField(56, "int64_t", "work", "scalar operations of the inference that usual is of"),
        CField(64, "uint32_t", "arrived", "barrier: how many threads are there"),
        CField(68, "uint32_t", "reserved_2", length=15),
        CField(128, "uint32_t", "phase", "barrier: futex word"),
        CField(132, "uint32_t", "waiting", "threads asleep on phase"),
        CField(136, "uint32_t", "reserved_3", length=14),
        CField(192, "uint32_t", "budget", "turns that a waiting loop may take inside a run, as learnt"),
        CField(196, "uint32_t", "reserved_4", length=15),
    ),
)
"""The threads that work on one run at a time; zeroed by the host, which then sets ``threads`` and may set ``spin``."""

SLOT = CStruct(
    "dldt_slot",
    16,
    8,
    (
        CField(0, "void *", "data", "64-byte aligned, NULL where there is none"),
        CField(8, "int64_t", "size", "bytes at data"),
    ),
)
"""A buffer of the host's for tensors whose size is found while the model runs; zeroed at first, kept between runs."""

REQUEST = CStruct(
    "dldt_request",
    144,
    8,
    (
        CField(0, "void **", "inputs", "in the order of the metadata"),
        CField(8, "void **", "outputs", "in the order of the metadata; the run sets those whose shape it finds"),
        CField(16, "void *", "arena", "room for the tensors inside the model, then for the scratch of each thread"),
        CField(24, "int64_t *", "dims", "the free dims in the order of the metadata, then room for those found"),
        CField(32, "dldt_thread_pool *", "pool", "NULL: one thread"),
        CField(40, "uint64_t *", "profile", "NULL, or one slot a kernel"),
        CField(48, "int64_t *", "output_dims", "NULL, or the run writes the dims of all outputs, one after the other"),
        CField(56, "dldt_slot *", "slots", "as many as the metadata says"),
        CField(64, "dldt_grow_function *", "grow", "gives a slot at least so many bytes, the first of which it keeps"),
        CField(72, "void *", "host", "anything of the host's"),
        CField(80, "int64_t *", "states", "of each state variable: whether it is set, then its dims"),
        CField(88, "uint32_t", "cancel", "any thread may set it to 1 while the model runs"),
        CField(92, "uint32_t", "stop", "why the run ends early, after an even or odd number of barriers", length=2),
        CField(100, "uint32_t", "asked", "when the clock was asked last, in ticks"),
        CField(104, "int64_t", "deadline", "nanoseconds of CLOCK_MONOTONIC, 0: none"),
        CField(112, "int64_t", "detail", "of an error", length=4),
    ),
)
"""One inference."""

FUNCTIONS = {
    "run": ("int32_t", "dldt_request *"),
    "worker": ("void", "dldt_thread_pool *", "int32_t"),
    "stop": ("void", "dldt_thread_pool *"),
    "arena_size": ("int64_t", "const int64_t *", "int64_t *"),
    "output_shapes": ("void", "const int64_t *", "int64_t *"),
}
"""The functions that a host calls, result first; their symbols are named ``dldt_run`` and so on."""
