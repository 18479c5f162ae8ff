"""Which steps threads share, chosen while the model runs: by sizes that are not known when it is compiled."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, Symbol, symbols


@attrs.frozen
class WorkLoad:
    """What threads may share: so many scalar operations in a range so long. A range of 1 is one thread's."""

    work: Dim
    extent: Dim

    @property
    def is_known(self) -> bool:
        """Whether both are numbers."""
        return isinstance(self.work, int) and isinstance(self.extent, int)


def loaded(parts: Sequence[Sequence[WorkLoad | None]]) -> list[WorkLoad | None]:
    """The load of parts of a program that are made of steps with loads: None where one of them has none. Several steps
    are one thread's, as the first thread runs them in one go."""
    made: list[WorkLoad | None] = []
    for part in parts:
        known = [load for load in part if load is not None]
        if len(known) < len(part):
            made.append(None)
        else:
            made.append(known[0] if len(known) == 1 else WorkLoad(sum((load.work for load in known), start=0), 1))
    return made


def runs(loads: Sequence[WorkLoad | None]) -> dict[int, int]:
    """The runs of parts between which barriers are left out where sizes tell that no thread needs one: from the number
    of the first part to that behind the last. Where all sizes are numbers, all barriers are known to be needed."""
    found: dict[int, int] = {}
    first = 0
    for number, load in enumerate([*loads, None]):
        if load is not None:
            continue
        held = [each for each in loads[first:number] if each is not None]
        if len(held) > 1 and any(not each.is_known for each in held):
            found[first] = number
        first = number + 1
    return found


def depends_on(load: WorkLoad) -> set[Symbol]:
    """The symbols of a load."""
    return {*symbols(load.work), *symbols(load.extent)}


_TEXT = """; ModuleID = 'dldt.divided'
; Chooses which of %count steps the threads share, for the least time: the choice of codegen/plan/sharing.py. A step is
; given by its work in scalar operations, below zero where only one thread can run it; its place gets 1 where it is
; shared. A barrier of {meeting} stands between two steps of which one is shared.
define hidden void @dldt_divide(ptr %steps, i64 %count, i32 %threads) noinline nounwind {{
entry:
  %wide = zext i32 %threads to i64
  %several = icmp ugt i32 %threads, 1
  br label %next
next:
  %k = phi i64 [ 0, %entry ], [ %k.next, %next ]
  %alone = phi i64 [ 0, %entry ], [ %alone.next, %next ]
  %shared = phi i64 [ 0, %entry ], [ %shared.next, %next ]
  %barrier = phi i64 [ 0, %entry ], [ {meeting}, %next ]
  %at = getelementptr i64, ptr %steps, i64 %k
  %given = load i64, ptr %at, align 8
  %sharable = icmp sgt i64 %given, 0
  %can = and i1 %sharable, %several
  %work = call i64 @llvm.abs.i64(i64 %given, i1 false)
  %part = udiv i64 %work, %wide
  ; The least time before this step, for both ways to run it, and the way of the step before.
  %met = add i64 %shared, %barrier
  %alone.was.alone = icmp sle i64 %alone, %met
  %before.alone = select i1 %alone.was.alone, i64 %alone, i64 %met
  %shared.was.alone = icmp sle i64 %alone, %shared
  %least = select i1 %shared.was.alone, i64 %alone, i64 %shared
  %before.shared = add i64 %least, %barrier
  %alone.next = add i64 %before.alone, %work
  %together = add i64 %before.shared, %part
  %shared.next = select i1 %can, i64 %together, i64 {never}
  %one = zext i1 %alone.was.alone to i64
  %other = select i1 %shared.was.alone, i64 2, i64 0
  %ways = or i64 %one, %other
  store i64 %ways, ptr %at, align 8
  %k.next = add i64 %k, 1
  %more = icmp ult i64 %k.next, %count
  br i1 %more, label %next, label %end
end:
  %best = icmp slt i64 %shared.next, %alone.next
  br label %back
back:
  %left = phi i64 [ %count, %end ], [ %j, %back ]
  %is = phi i1 [ %best, %end ], [ %was, %back ]
  %j = sub i64 %left, 1
  %place = getelementptr i64, ptr %steps, i64 %j
  %came = load i64, ptr %place, align 8
  %chosen = zext i1 %is to i64
  store i64 %chosen, ptr %place, align 8
  %mask = select i1 %is, i64 2, i64 1
  %from = and i64 %came, %mask
  %was = icmp eq i64 %from, 0
  %again = icmp ugt i64 %j, 0
  br i1 %again, label %back, label %done
done:
  ret void
}}
declare i64 @llvm.abs.i64(i64, i1)
"""
_NEVER = 2**61


def divided_module(target: Target) -> str:
    """The module that defines ``dldt_divide`` for ``target``."""
    return _TEXT.format(meeting=target.cpu.fit.meeting, never=_NEVER)
