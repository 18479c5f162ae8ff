"""Artifacts from hand-made steps of a program: a loop, dims that are found, a state variable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.define_step import DefineStep, LoadedDim, Room
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.program import ProgramFrame, ProgramOutput, program_module
from dldt.codegen.llvm.repeat_step import RepeatStep
from dldt.codegen.llvm.step import Call, Fork, ProgramStep
from dldt.codegen.llvm.store_dim_step import StoreDimStep
from dldt.codegen.target import Target
from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim
from dldt.compiler.types import DType
from tests.codegen.artifact import build, describe

# count: y[i] += 1 for each i of the thread's part. fill: y[i] = i. add: y[i] = x[i] + total[i], kept in total.
# first: total[i] = 0.
_KERNELS = """; ModuleID = 'kernels'
define hidden void @count(ptr %y, i64 %low, i64 %high) {
entry:
  br label %head
head:
  %i = phi i64 [ %low, %entry ], [ %next, %body ]
  %more = icmp slt i64 %i, %high
  br i1 %more, label %body, label %done
body:
  %at = getelementptr i64, ptr %y, i64 %i
  %old = load volatile i64, ptr %at
  %new = add i64 %old, 1
  store volatile i64 %new, ptr %at
  %next = add i64 %i, 1
  br label %head
done:
  ret void
}
define hidden void @fill(ptr %y, i64 %low, i64 %high) {
entry:
  br label %head
head:
  %i = phi i64 [ %low, %entry ], [ %next, %body ]
  %more = icmp slt i64 %i, %high
  br i1 %more, label %body, label %done
body:
  %at = getelementptr i64, ptr %y, i64 %i
  store i64 %i, ptr %at
  %next = add i64 %i, 1
  br label %head
done:
  ret void
}
define hidden void @first(ptr %total, i64 %low, i64 %high) {
  store <2 x i64> zeroinitializer, ptr %total, align 8
  ret void
}
define hidden void @add(ptr %x, ptr %total, ptr %y, i64 %low, i64 %high) {
  %a = load <2 x i64>, ptr %x, align 8
  %b = load <2 x i64>, ptr %total, align 8
  %sum = add <2 x i64> %a, %b
  store <2 x i64> %sum, ptr %total, align 8
  store <2 x i64> %sum, ptr %y, align 8
  ret void
}
"""


@attrs.frozen
class StepModel:
    """A program of hand-made steps."""

    steps: Sequence[ProgramStep]
    frame: ProgramFrame
    metadata: dict[str, Any]
    target: Target

    @property
    def modules(self) -> list[str]:
        """The LLVM modules of the model."""
        return [program_module(self.steps, self.frame, self.target), _KERNELS]

    def build(self, path: Path) -> Path:
        """Write the artifact."""
        program, kernels = self.modules
        # One module: the artifact's builder takes the model as one.
        declared = [line for line in program.splitlines() if not _declares_kernel(line)]
        build("\n".join(declared) + "\n" + kernels, self.metadata, path, target=self.target)
        return path


def _declares_kernel(line: str) -> bool:
    return line.startswith("declare") and any(f"@{name}(" in line for name in ("count", "fill", "first", "add"))


def _found(*names: str) -> list[DefinedDim]:
    return [DefinedDim(name, 0) for name in names]


def counting(target: Target | None = None) -> StepModel:
    """x i64[1] → y i64[64], turns i64[1]: x[0] turns, each of which adds one to all of y."""
    target = target or resolve_target("host")
    trips, turn, turns, even, odd = _found("trips", "turn", "turns", "even", "odd")
    work = 10**6  # enough to share
    steps = (
        DefineStep(((trips, LoadedDim(Place("input"), DType.i64, 0)),)),
        RepeatStep(
            turn,
            turns,
            (Call("count", (Place("output"),), (), 64, parallel=True, work=work),),
            trips.dim,
            None,
            None,
            (even, odd),
        ),
        StoreDimStep(turns.dim, Place("output", 1), DType.i64),
    )
    outputs = ProgramOutput((64,)), ProgramOutput((1,))
    frame = ProgramFrame((), 0, outputs, found=(trips, turns, even, odd))
    ports = [("x", "i64", [1])], [("y", "i64", [64]), ("turns", "i64", [1])]
    metadata = describe(*ports, target=target, name="counting") | {"dims": 4}
    return StepModel(steps, frame, metadata, target)


def finding(target: Target | None = None) -> StepModel:
    """x i64[2] → fixed i64[2], y i64[?, 2], all i64[n * 2] with n = x[0]: 0, 1, 2, … in y. x[1] must be at most n."""
    target = target or resolve_target("host")
    n, least = _found("n", "least")
    bound = Condition("le", least.dim, n.dim, "find", "x[1]")
    steps = (
        Call("fill", (Place("output"),), (), 2, parallel=False),
        DefineStep(
            ((n, LoadedDim(Place("input"), DType.i64, 0)), (least, LoadedDim(Place("input"), DType.i64, 1))),
            (Room(0, n.dim * 16),),
            ((0, bound),),
        ),
        Call("fill", (Place("slot", 0),), (), n.dim * 2, parallel=True, work=10**6),
    )
    outputs = ProgramOutput((2,)), ProgramOutput((n.dim, 2), Place("slot", 0))
    frame = ProgramFrame((), 0, outputs, found=(n, least))
    ports = [("x", "i64", [2])], [("fixed", "i64", [2]), ("y", "i64", ["?", 2])]
    conditions = [f"node 'find': {bound.text}"]
    metadata = describe(*ports, target=target, name="finding") | {"dims": 2, "slots": 1, "conditions": conditions}
    return StepModel(steps, frame, metadata, target)


def adding(target: Target | None = None) -> StepModel:
    """x i64[2] → y i64[2]: the sum of x and all that came before, which the variable ``total`` i64[?] keeps in slot
    1."""
    target = target or resolve_target("host")
    total, (one,) = Place("slot", 1), _found("one")
    started = Fork(
        Place("states"), (), (DefineStep(((one, 1),), (Room(1, 16),)), Call("first", (total,), (), 1, parallel=False))
    )
    steps = (
        started,
        Call("add", (Place("input"), total, Place("output")), (), 1, parallel=False),
        StoreDimStep(1, Place("states"), DType.i64),
        StoreDimStep(2, Place("states", 0, 8), DType.i64),
    )
    frame = ProgramFrame((), 0, (ProgramOutput((2,)),), found=(one,))
    metadata = describe([("x", "i64", [2])], [("y", "i64", [2])], target=target, name="adding")
    states = [{"name": "total", "dtype": "i64", "shape": ["?"], "slot": 1}]
    return StepModel(steps, frame, metadata | {"dims": 1, "slots": 2, "states": states}, target)
