"""Small artifacts from hand-written LLVM IR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.object.link import Linked, Weights, link
from dldt.codegen.object.object import compile_modules
from dldt.codegen.target import Target

# y[i] = x[i] * scale + shift[i % 4]; scale and shift are the weights. Threads take turns.
SCALE = """; ModuleID = 'scale'
@dldt_weights = external hidden global i8, align 64
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
entry:
  %inputs = load ptr, ptr %request
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %symbols.at = getelementptr i8, ptr %request, i64 24
  %symbols = load ptr, ptr %symbols.at
  %n = load i64, ptr %symbols
  %x = load ptr, ptr %inputs
  %y = load ptr, ptr %outputs
  %scale = load float, ptr @dldt_weights
  %shifts = getelementptr i8, ptr @dldt_weights, i64 64
  %start = zext i32 %tid to i64
  %step = zext i32 %threads to i64
  br label %head
head:
  %i = phi i64 [ %start, %entry ], [ %next, %body ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %xi = getelementptr float, ptr %x, i64 %i
  %v = load float, ptr %xi
  %r = fmul float %v, %scale
  %k = and i64 %i, 3
  %si = getelementptr float, ptr %shifts, i64 %k
  %s = load float, ptr %si
  %sum = fadd float %r, %s
  %yi = getelementptr float, ptr %y, i64 %i
  store float %sum, ptr %yi
  %next = add i64 %i, %step
  br label %head
done:
  ret void
}
define i64 @dldt_arena_size(ptr %symbols, ptr %detail) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  %n = load i64, ptr %symbols
  store i64 %n, ptr %dims
  ret void
}
"""
SCALE_WEIGHTS = [
    (64, [np.float32([2.0]).tobytes()]),
    (64, [np.float32([0.0, 1.0]).tobytes(), np.float32([2.0, 3.0]).tobytes()]),
]

# Rounds of: write my slot of the arena, barrier, look at all slots, barrier. y = how often one was not written yet.
ROUNDS = """; ModuleID = 'rounds'
declare void @dldt_barrier(ptr, i32)
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
entry:
  %inputs = load ptr, ptr %request
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %arena.at = getelementptr i8, ptr %request, i64 16
  %arena = load ptr, ptr %arena.at
  %team.at = getelementptr i8, ptr %request, i64 32
  %team = load ptr, ptr %team.at
  %x = load ptr, ptr %inputs
  %y = load ptr, ptr %outputs
  %rounds = load i64, ptr %x
  %base.at = getelementptr i64, ptr %x, i64 1
  %base = load i64, ptr %base.at
  %mine = zext i32 %tid to i64
  %count = zext i32 %threads to i64
  %slot = getelementptr i64, ptr %arena, i64 %mine
  %wrong = getelementptr i64, ptr %y, i64 %mine
  store i64 0, ptr %wrong
  br label %head
head:
  %round = phi i64 [ 0, %entry ], [ %round.next, %after ]
  %more = icmp ult i64 %round, %rounds
  br i1 %more, label %body, label %done
body:
  %value = add i64 %base, %round
  store i64 %value, ptr %slot
  call void @dldt_barrier(ptr %team, i32 %threads)
  br label %look
look:
  %other = phi i64 [ 0, %body ], [ %other.next, %look ]
  %other.slot = getelementptr i64, ptr %arena, i64 %other
  %seen = load i64, ptr %other.slot
  %differs = icmp ne i64 %seen, %value
  %one = zext i1 %differs to i64
  %before = load i64, ptr %wrong
  %sum = add i64 %before, %one
  store i64 %sum, ptr %wrong
  %other.next = add i64 %other, 1
  %again = icmp ult i64 %other.next, %count
  br i1 %again, label %look, label %after
after:
  call void @dldt_barrier(ptr %team, i32 %threads)
  %round.next = add i64 %round, 1
  br label %head
done:
  ret void
}
define i64 @dldt_arena_size(ptr %symbols, ptr %detail) { ret i64 64 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  store i64 8, ptr %dims
  ret void
}
"""


# Waits until x[0] is no longer 0.
HANG = """; ModuleID = 'hang'
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
  %inputs = load ptr, ptr %request
  %x = load ptr, ptr %inputs
  br label %again
again:
  %seen = load atomic i32, ptr %x acquire, align 4
  %wait = icmp eq i32 %seen, 0
  br i1 %wait, label %again, label %done
done:
  ret void
}
define i64 @dldt_arena_size(ptr %symbols, ptr %detail) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  store i64 1, ptr %dims
  ret void
}
"""

# out0[n] = a[n] + b[n] as i64; out1[n, 2] = (a[n], flag): two inputs share a free dim, two outputs.
PAIR = """; ModuleID = 'pair'
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
entry:
  %inputs = load ptr, ptr %request
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %symbols.at = getelementptr i8, ptr %request, i64 24
  %symbols = load ptr, ptr %symbols.at
  %n = load i64, ptr %symbols
  %a = load ptr, ptr %inputs
  %b.at = getelementptr ptr, ptr %inputs, i64 1
  %b = load ptr, ptr %b.at
  %sum = load ptr, ptr %outputs
  %both.at = getelementptr ptr, ptr %outputs, i64 1
  %both = load ptr, ptr %both.at
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %head, label %done
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %ai = getelementptr i64, ptr %a, i64 %i
  %bi = getelementptr i64, ptr %b, i64 %i
  %av = load i64, ptr %ai
  %bv = load i64, ptr %bi
  %s = add i64 %av, %bv
  %si = getelementptr i64, ptr %sum, i64 %i
  store i64 %s, ptr %si
  %row = getelementptr [2 x i64], ptr %both, i64 %i
  store i64 %av, ptr %row
  %second = getelementptr i64, ptr %row, i64 1
  store i64 %bv, ptr %second
  %next = add i64 %i, 1
  br label %head
done:
  ret void
}
define i64 @dldt_arena_size(ptr %symbols, ptr %detail) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  %n = load i64, ptr %symbols
  store i64 %n, ptr %dims
  %d1 = getelementptr i64, ptr %dims, i64 1
  store i64 %n, ptr %d1
  %d2 = getelementptr i64, ptr %dims, i64 2
  store i64 2, ptr %d2
  ret void
}
"""


def describe(
    inputs: Sequence[tuple[str, str, Sequence[int | str]]],
    outputs: Sequence[tuple[str, str, Sequence[int | str]]],
    symbols: Sequence[tuple[str, int, int | None]] = (),
    *,
    target: Target,
    name: str = "sample",
    arena: int | None = 0,
) -> dict[str, Any]:
    """The metadata of a model: tensors as (name, dtype, shape), symbols as (name, min, max)."""
    tensor_lists = (
        [{"name": name, "dtype": dtype, "shape": list(shape)} for name, dtype, shape in tensors]
        for tensors in (inputs, outputs)
    )
    given, made = tensor_lists
    return {
        "format": 1,
        "name": name,
        "producer": "tests",
        "arch": target.arch,
        "target": target.name,
        "features": list(target.features),
        "symbols": [{"name": name, "min": low, "max": high} for name, low, high in symbols],
        "inputs": given,
        "outputs": made,
        "arena": arena,
        "weights": 0,
        "kernels": 1,
    }


def scale_metadata(target: Target) -> dict[str, Any]:
    """The metadata of ``SCALE``."""
    return describe([("x", "f32", ["N"])], [("y", "f32", ["N"])], [("N", 1, 1000)], target=target, name="scale")


def rounds_metadata(target: Target) -> dict[str, Any]:
    """The metadata of ``ROUNDS``."""
    return describe([("x", "i64", [2])], [("y", "i64", [8])], target=target, name="rounds", arena=64)


@cache
def objects(text: str, target: Target) -> tuple[bytes, ...]:
    """The objects of a model's module and of all that an artifact needs besides."""
    return tuple(code.object for code in compile_modules([text, *support_modules(target)], target))


def build(
    text: str,
    metadata: Mapping[str, Any],
    path: Path,
    *,
    weights: Weights = (),
    target: Target | None = None,
) -> Linked:
    """Compile and link one artifact, for this machine unless told otherwise."""
    target = target or resolve_target("host")
    return link(objects(text, target), weights, metadata, path, target)


def build_scale(path: Path, *, target: Target | None = None, **changes: Any) -> Path:
    """The artifact of ``SCALE``; ``changes`` to its metadata."""
    target = target or resolve_target("host")
    build(SCALE, scale_metadata(target) | changes, path, weights=SCALE_WEIGHTS, target=target)
    return path


def scaled(x: np.ndarray) -> np.ndarray:
    """What ``SCALE`` answers."""
    return x * np.float32(2) + np.resize(np.float32([0, 1, 2, 3]), x.shape)


def build_rounds(path: Path) -> Path:
    """The artifact of ``ROUNDS``."""
    build(ROUNDS, rounds_metadata(resolve_target("host")), path)
    return path


def build_pair(path: Path) -> Path:
    """An artifact with two inputs that share a free dim, and two outputs."""
    tensors = [("a", "i64", ["N"]), ("b", "i64", ["N"])], [("sum", "i64", ["N"]), ("both", "i64", ["N", 2])]
    build(PAIR, describe(*tensors, [("N", 1, None)], target=resolve_target("host"), name="pair"), path)
    return path
