"""LLVM IR of what may end a run early: the host cancels it, a deadline passes, or the host has no more memory."""

from __future__ import annotations

from dldt.codegen.llvm.syscall import SYSCALLS
from dldt.codegen.target import Target
from dldt.runtime.abi import REQUEST, SLOT

# Ticks of the processor's counter between two questions for the time, of which each takes a system call. The counter of
# an x86-64 ticks every 0.3 to 0.5 ns, that of an aarch64 every 1 to 40 ns.
_TICKS = {"x86_64": 65536, "aarch64": 1024}
_MONOTONIC = 1

_TEXT = """; ModuleID = 'dldt.run_control'
declare i64 @dldt_syscall(i64, i64, i64, i64, i64, i64, i64)
declare hidden i64 @dldt_clock()
declare hidden void @dldt_barrier(ptr, i32)

; Why the run must end: 0 it need not, 1 the host cancelled it, 2 its deadline has passed. Called by the first thread.
define hidden i32 @dldt_interrupted(ptr %request) noinline nounwind {{
entry:
  %cancel.at = getelementptr i8, ptr %request, i64 {cancel}
  %cancel = load atomic i32, ptr %cancel.at monotonic, align 4
  %cancelled = icmp ne i32 %cancel, 0
  br i1 %cancelled, label %stop, label %hurry
stop:
  ret i32 1
hurry:
  %deadline.at = getelementptr i8, ptr %request, i64 {deadline}
  %deadline = load i64, ptr %deadline.at, align 8
  %bounded = icmp ne i64 %deadline, 0
  br i1 %bounded, label %ticks, label %on
ticks:
  %asked.at = getelementptr i8, ptr %request, i64 {asked}
  %asked = load i32, ptr %asked.at, align 4
  %clock = call i64 @dldt_clock()
  %now = trunc i64 %clock to i32
  %past = sub i32 %now, %asked
  %due = icmp ugt i32 %past, {ticks}
  br i1 %due, label %ask, label %on
ask:
  store i32 %now, ptr %asked.at, align 4
  %time = alloca [2 x i64], align 8
  %time.address = ptrtoint ptr %time to i64
  %ignored = call i64 @dldt_syscall(i64 {clock_gettime}, i64 {monotonic}, i64 %time.address, i64 0, i64 0, i64 0, i64 0)
  %seconds = load i64, ptr %time, align 8
  %rest.at = getelementptr i8, ptr %time, i64 8
  %rest = load i64, ptr %rest.at, align 8
  %whole = mul i64 %seconds, 1000000000
  %nanoseconds = add i64 %whole, %rest
  %late = icmp sge i64 %nanoseconds, %deadline
  br i1 %late, label %expire, label %on
expire:
  ret i32 2
on:
  ret i32 0
}}

; A barrier of all threads; true where the run ends there. %met counts the barriers: odd and even ones have a word each
; in which the first thread says why, as a thread may still look at the last one while the first thread is past it.
define hidden i1 @dldt_meet(ptr %request, i32 %tid, i32 %threads, ptr %met) noinline nounwind {{
entry:
  %count = load i32, ptr %met, align 4
  %odd = and i32 %count, 1
  %words.at = getelementptr i8, ptr %request, i64 {stop}
  %why.at = getelementptr i32, ptr %words.at, i32 %odd
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %look, label %meet
look:
  %cancel.at = getelementptr i8, ptr %request, i64 {cancel}
  %cancel = load i32, ptr %cancel.at, align 4
  %cancel.wide = zext i32 %cancel to i64
  %deadline.at = getelementptr i8, ptr %request, i64 {deadline}
  %deadline = load i64, ptr %deadline.at, align 8
  %any = or i64 %cancel.wide, %deadline
  %asked = icmp ne i64 %any, 0
  br i1 %asked, label %interrupt, label %meet
interrupt:
  %interrupted = call i32 @dldt_interrupted(ptr %request)
  %must = icmp ne i32 %interrupted, 0
  br i1 %must, label %tell, label %meet
tell:
  store i32 %interrupted, ptr %why.at, align 4
  br label %meet
meet:
  %team.at = getelementptr i8, ptr %request, i64 {pool}
  %team = load ptr, ptr %team.at, align 8
  call void @dldt_barrier(ptr %team, i32 %threads)
  %why = load i32, ptr %why.at, align 4
  %next = add i32 %count, 1
  store i32 %next, ptr %met, align 4
  %end = icmp ne i32 %why, 0
  ret i1 %end
}}

; Whether slot %slot has %bytes, of which the first %kept stay as they are. The host is asked where it is too small.
define hidden i1 @dldt_grow(ptr %request, i32 %slot, i64 %bytes, i64 %kept) noinline nounwind {{
entry:
  %slots.at = getelementptr i8, ptr %request, i64 {slots}
  %slots = load ptr, ptr %slots.at, align 8
  %wide = zext i32 %slot to i64
  %offset = mul i64 %wide, {slot_size}
  %own = getelementptr i8, ptr %slots, i64 %offset
  %size.at = getelementptr i8, ptr %own, i64 {size}
  %size = load i64, ptr %size.at, align 8
  ; Without a sign, so that a number below zero does not fit.
  %fits = icmp ule i64 %bytes, %size
  br i1 %fits, label %good, label %ask
ask:
  %grow.at = getelementptr i8, ptr %request, i64 {grow}
  %grow = load ptr, ptr %grow.at, align 8
  %none = icmp eq ptr %grow, null
  %odd = icmp slt i64 %bytes, 0
  %never = or i1 %none, %odd
  br i1 %never, label %refused, label %call
call:
  %answer = call i32 %grow(ptr %request, i32 %slot, i64 %bytes, i64 %kept)
  ; The size is read again: a host whose function fails without an answer has not grown the slot.
  %grown = load i64, ptr %size.at, align 8
  %enough = icmp sle i64 %bytes, %grown
  %done = icmp eq i32 %answer, 0
  %given = and i1 %done, %enough
  br i1 %given, label %good, label %refused
good:
  ret i1 true
refused:
  ret i1 false
}}
"""


def run_control_module(target: Target) -> str:
    """The module that defines ``dldt_interrupted``, ``dldt_meet`` and ``dldt_grow`` for ``target``."""
    members = {name: REQUEST.offset(name) for name in ("cancel", "deadline", "asked", "slots", "grow", "stop", "pool")}
    return _TEXT.format(
        **members,
        ticks=_TICKS[target.arch],
        clock_gettime=SYSCALLS[target.arch]["clock_gettime"],
        monotonic=_MONOTONIC,
        slot_size=SLOT.size,
        size=SLOT.offset("size"),
    )
