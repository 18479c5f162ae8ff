"""What was compiled, for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from dldt.codegen.kernels.objective import Objective
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.numeric_notes import numeric_notes, precision_text
from dldt.codegen.target import Target
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.content import Content
from dldt.compiler.errors import InternalError


@attrs.frozen
class Summary:
    """What was compiled: sizes in bytes, time in seconds, multiply-adds counted as two operations."""

    path: Path
    target: Target
    kernels: int
    arena_bytes: int | None
    arena_lower_bound: int | None
    scratch_bytes: int
    """Scratch memory that each thread of a request needs, besides the arena."""
    constant_bytes: int
    """The constants of the model, each counted once, in the types of the model."""
    weights_bytes: int
    """The constants and packed weights in the artifact."""
    file_bytes: int
    optimize: Objective
    seconds: float
    flops: int
    precision: str
    chosen: tuple[Chosen, ...]
    """How the task of each call is carried out, and why."""
    setting: Setting
    """The machine and the options that the choices were made for."""
    notes: tuple[str, ...]
    row_tiles: tuple[int, ...] = ()
    """The number of kernels in each run of row tiles."""
    specializations: tuple[str, ...] = ()
    """The sizes that have a program of their own, each with the number of its kernel calls."""
    steps: tuple[tuple[str, float], ...] = ()
    """The steps of the compilation and the seconds that each took."""


def summarize(c: Compilation) -> Summary:
    """The summary of a compilation that ran to its end."""
    if c.path is None:
        raise InternalError("a compilation without a path has made nothing to sum up")
    kernels = c.calls.kernels
    size = c.arena.size
    return Summary(
        path=c.path,
        target=c.target,
        kernels=len(c.calls.library.functions),
        arena_bytes=size if isinstance(size, int) else None,
        arena_lower_bound=c.arena.lower_bound,
        scratch_bytes=c.calls.scratch,
        constant_bytes=sum(content.array.nbytes for content in _contents(c.program.constants)),
        weights_bytes=c.linked.weights,
        optimize=c.optimize,
        file_bytes=c.linked.size,
        seconds=sum(c.seconds.values()),
        flops=sum(kernel.known_flops for kernel in kernels),
        precision=precision_text(kernels, c.numerics),
        chosen=tuple(called.chosen for called in c.calls.called),
        setting=c.choice.on,
        notes=numeric_notes(kernels, c.numerics, (*c.remarks, *c.calls.remarks)),
        row_tiles=tuple(c.calls.row_tiles),
        specializations=_specializations(c),
        steps=tuple(c.seconds.items()),
    )


def _specializations(c: Compilation) -> tuple[str, ...]:
    pairs = zip(c.specializations, c.specialized, strict=True)
    return tuple(f"{special.text}: {sum(map(len, made.kernels.values()))} kernel calls" for special, made in pairs)


def _contents(constants: Sequence[Tensor]) -> set[Content]:
    return {Content(tensor.constant) for tensor in constants if tensor.constant is not None}
