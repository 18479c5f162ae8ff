"""LLVM IR of the thread pool: the barrier, and the functions through which the host's threads enter.

Picture of one inference with three threads (``dldt_run`` on the caller, ``dldt_worker`` on two threads of the host)::

    caller   ── bump generation, wake ──► dldt_main(0) ─┬─ barrier ─┬─ … ─┬─ last barrier ─► return
    worker 1 ── spin, sleep on generation ► dldt_main(1) ─┤          ├─     ├─ spin, sleep …
    worker 2 ── spin, sleep on generation ► dldt_main(2) ─┘          ┘      ┘

Every thread runs the model under the same floating-point state (round to nearest, denormals kept, no exceptions),
whatever the host has set. So results depend neither on the host nor on the thread.

Waiting is a bounded spin and then a futex. A thread that goes to sleep first raises a counter (``sleepers``,
``waiting``), and then the kernel compares the futex word. A thread that changes the word reads the counter afterwards.
All four accesses are sequentially consistent, so one of the two threads sees the other, and no wake-up is lost. A
worker can never miss a job, because the barrier at the job's end waits for every worker.
"""

from __future__ import annotations

from dldt.codegen.llvm.syscall import SYSCALLS
from dldt.codegen.target import Target
from dldt.runtime import abi

# Byte offsets. The first member, ``generation``, is addressed as the pool itself.
STOP, JOB, THREADS, SLEEPERS, SPIN = map(abi.THREAD_POOL.offset, ("stop", "job", "threads", "sleepers", "spin"))
ENDED, USUAL, STRIKES, REST, WORK = map(abi.THREAD_POOL.offset, ("ended", "usual", "strikes", "rest", "work"))
ARRIVED, PHASE, WAITING, BUDGET = map(abi.THREAD_POOL.offset, ("arrived", "phase", "waiting", "budget"))
REQUEST_DIMS, REQUEST_POOL, REQUEST_STOP = map(abi.REQUEST.offset, ("dims", "pool", "stop"))

# Iterations of the spin before a thread sleeps; one takes some 10 to 50 ns. Between inferences a thread gives up early.
# Inside an inference the other threads are at work, and it pays to wait for them, unless other processes keep the
# processors busy.
_SPIN_DEFAULT = abi.SPIN_DEFAULT
_SPIN_LEAST = 32
_BARRIER_PATIENCE = 8
# The number of short inferences that a new thread pool runs alone, to learn how long one takes.
_TRIALS = 8
# A shared inference that takes longer than alone adds _STRIKE strikes, any other takes one back. _ENOUGH strikes end
# sharing for a while.
_STRIKE, _ENOUGH = 4, 16
# The number of inferences that are then run alone, at first and at most. Each inference that sharing made faster
# reduces it by _FORGOTTEN.
_REST_LEAST, _REST_MOST, _FORGOTTEN = 32, 1024, 8
_WAIT_PRIVATE, _WAKE_PRIVATE = 128, 129
_EVERYONE = 2147483647

_TEXT = """; ModuleID = 'dldt.team'
declare i64 @dldt_syscall(i64, i64, i64, i64, i64, i64, i64)
declare void @dldt_main(ptr, i32, i32)
declare hidden i64 @dldt_clock()
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare i32 @llvm.usub.sat.i32(i32, i32)
declare i32 @llvm.umin.i32(i32, i32)
declare i32 @llvm.umax.i32(i32, i32)
{declarations}

define internal void @wake(ptr %word) noinline nounwind {{
  %address = ptrtoint ptr %word to i64
  %ignored = call i64 @dldt_syscall(i64 {futex}, i64 %address, i64 {wake}, i64 {everyone}, i64 0, i64 0, i64 0)
  ret void
}}

; The model, under the floating-point state that it was compiled for.
define internal void @share(ptr %request, i32 %thread, i32 %threads) noinline nounwind {{
{enter}
  call void @dldt_main(ptr %request, i32 %thread, i32 %threads)
{exit}
  ret void
}}

; Returns when the word is no longer `old`; `sleepers` counts who sleeps. Waits inside an inference (%busy) learn how
; long a spin pays: one that was in vain halves the budget, one that was not raises it to twice its length.
define internal void @await(ptr %word, i32 %old, ptr %sleepers, ptr %team, i1 %busy) noinline nounwind {{
entry:
  %spin.at = getelementptr i8, ptr %team, i64 {SPIN}
  %spin.set = load i32, ptr %spin.at, align 8
  %unset = icmp eq i32 %spin.set, 0
  %short = select i1 %unset, i32 {spin_default}, i32 %spin.set
  %most = mul i32 %short, {patience}
  %budget.at = getelementptr i8, ptr %team, i64 {BUDGET}
  %budget.set = load atomic i32, ptr %budget.at monotonic, align 4
  %fresh = icmp eq i32 %budget.set, 0
  %budget = select i1 %fresh, i32 %most, i32 %budget.set
  %limit = select i1 %busy, i32 %most, i32 %short
  %usual = call i32 @llvm.umin.i32(i32 %budget, i32 %limit)
  %sample = and i32 %old, 15
  %sampled = icmp eq i32 %sample, 0
  %try = and i1 %sampled, %busy
  %spins = select i1 %try, i32 %most, i32 %usual
  br label %spin
spin:
  %turn = phi i32 [ 0, %entry ], [ %next, %relax ]
  %seen = load atomic i32, ptr %word acquire, align 4
  %changed = icmp ne i32 %seen, %old
  br i1 %changed, label %caught, label %still
still:
  %next = add i32 %turn, 1
  %over = icmp uge i32 %next, %spins
  br i1 %over, label %vain, label %relax
relax:
  call void @{pause}
  br label %spin
caught:
  %twice = shl i32 %turn, 1
  %longer = icmp ugt i32 %twice, %budget
  %learn = and i1 %longer, %busy
  br i1 %learn, label %raise, label %done
raise:
  %raised = call i32 @llvm.umin.i32(i32 %twice, i32 %most)
  store atomic i32 %raised, ptr %budget.at monotonic, align 4
  br label %done
vain:
  br i1 %busy, label %lower, label %sleep
lower:
  %half = lshr i32 %budget, 1
  %lowered = call i32 @llvm.umax.i32(i32 %half, i32 {spin_least})
  store atomic i32 %lowered, ptr %budget.at monotonic, align 4
  br label %sleep
sleep:
  %before = atomicrmw add ptr %sleepers, i32 1 seq_cst
  %address = ptrtoint ptr %word to i64
  %wide = zext i32 %old to i64
  %ignored = call i64 @dldt_syscall(i64 {futex}, i64 %address, i64 {wait}, i64 %wide, i64 0, i64 0, i64 0)
  %after = atomicrmw sub ptr %sleepers, i32 1 seq_cst
  %woken = load atomic i32, ptr %word seq_cst, align 4
  %moved = icmp ne i32 %woken, %old
  br i1 %moved, label %done, label %sleep
done:
  ret void
}}

define hidden void @dldt_barrier(ptr %team, i32 %threads) nounwind {{
entry:
  %alone = icmp ule i32 %threads, 1
  br i1 %alone, label %done, label %arrive
arrive:
  %arrived.at = getelementptr i8, ptr %team, i64 {ARRIVED}
  %phase.at = getelementptr i8, ptr %team, i64 {PHASE}
  %waiting.at = getelementptr i8, ptr %team, i64 {WAITING}
  %phase = load atomic i32, ptr %phase.at acquire, align 4
  %order = atomicrmw add ptr %arrived.at, i32 1 acq_rel
  %here = add i32 %order, 1
  %last = icmp eq i32 %here, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i32 0, ptr %arrived.at monotonic, align 4
  %old = atomicrmw add ptr %phase.at, i32 1 seq_cst
  %waiting = load atomic i32, ptr %waiting.at seq_cst, align 4
  %asleep = icmp ne i32 %waiting, 0
  br i1 %asleep, label %wake, label %done
wake:
  call void @wake(ptr %phase.at)
  br label %done
wait:
  call void @await(ptr %phase.at, i32 %phase, ptr %waiting.at, ptr %team, i1 true)
  br label %done
done:
  ret void
}}

define internal void @announce(ptr %team) nounwind {{
  %old = atomicrmw add ptr %team, i32 1 seq_cst
  %sleepers.at = getelementptr i8, ptr %team, i64 {SLEEPERS}
  %sleepers = load atomic i32, ptr %sleepers.at seq_cst, align 4
  %asleep = icmp ne i32 %sleepers, 0
  br i1 %asleep, label %rouse, label %done
rouse:
  call void @wake(ptr %team)
  br label %done
done:
  ret void
}}

; The scalar operations that threads may share at these dims.
define weak hidden i64 @dldt_work(ptr %symbols) nounwind {{
  ret i64 {much}
}}

define internal void @together(ptr %request, ptr %team, i32 %threads) nounwind {{
  %job.at = getelementptr i8, ptr %team, i64 {JOB}
  store atomic ptr %request, ptr %job.at monotonic, align 8
  call void @announce(ptr %team)
  call void @share(ptr %request, i32 0, i32 %threads)
  call void @dldt_barrier(ptr %team, i32 %threads)
  ret void
}}

; A short inference is shared if the one before ended less than a quarter of the usual time ago, so that the workers are
; awake or will be for those that follow. One that takes longer together than it usually does alone is {strike} strikes,
; any other takes one back. At {enough} somebody else uses the processors: the next {rest_least} are run alone, the next
; time twice as many, and so on; strikes below zero count what is left of these.
; What is usual at other sizes is so by its share of the work.
define internal void @try(ptr %request, ptr %team, i32 %threads, i64 %work) nounwind {{
entry:
  %usual.at = getelementptr i8, ptr %team, i64 {USUAL}
  %ended.at = getelementptr i8, ptr %team, i64 {ENDED}
  %strikes.at = getelementptr i8, ptr %team, i64 {STRIKES}
  %rest.at = getelementptr i8, ptr %team, i64 {REST}
  %work.at = getelementptr i8, ptr %team, i64 {WORK}
  %known.usual = load i64, ptr %usual.at, align 8
  %known.work = load i64, ptr %work.at, align 8
  %divisor = call i64 @llvm.umax.i64(i64 %known.work, i64 1)
  %scaled = mul i64 %known.usual, %work
  %share = udiv i64 %scaled, %divisor
  %same = icmp eq i64 %known.work, %work
  %usual = select i1 %same, i64 %known.usual, i64 %share
  store i64 %usual, ptr %usual.at, align 8
  store i64 %work, ptr %work.at, align 8
  %ended = load i64, ptr %ended.at, align 8
  %strikes = load i32, ptr %strikes.at, align 4
  %start = call i64 @dldt_clock()
  %pause = sub i64 %start, %ended
  %short = lshr i64 %usual, 2
  %soon = icmp ult i64 %pause, %short
  %resting = icmp slt i32 %strikes, 0
  %rested = xor i1 %resting, true
  %shared = and i1 %soon, %rested
  br i1 %shared, label %together, label %alone
alone:
  call void @share(ptr %request, i32 0, i32 1)
  %end = call i64 @dldt_clock()
  %took = sub i64 %end, %start
  ; What is usual falls at once and rises slowly: most of what makes an inference longer is not its own.
  %more = lshr i64 %usual, 4
  %drifted = add i64 %usual, %more
  %least = call i64 @llvm.umin.i64(i64 %took, i64 %drifted)
  %first = icmp eq i64 %usual, 0
  %learnt = select i1 %first, i64 %took, i64 %least
  store i64 %learnt, ptr %usual.at, align 8
  %step = zext i1 %resting to i32
  %nearer = add i32 %strikes, %step
  %counted.alone = select i1 %first, i32 -{trials}, i32 %nearer
  br label %done
together:
  call void @together(ptr %request, ptr %team, i32 %threads)
  %stop = call i64 @dldt_clock()
  %spent = sub i64 %stop, %start
  %longer = icmp ugt i64 %spent, %usual
  %worse = add i32 %strikes, {strike}
  %better = call i32 @llvm.usub.sat.i32(i32 %strikes, i32 1)
  %counted = select i1 %longer, i32 %worse, i32 %better
  %enough = icmp uge i32 %counted, {enough}
  %known = load i32, ptr %rest.at, align 4
  %rest = call i32 @llvm.umax.i32(i32 %known, i32 {rest_least})
  %away = sub i32 0, %rest
  %counted.together = select i1 %enough, i32 %away, i32 %counted
  %double = shl i32 %rest, 1
  %grown = call i32 @llvm.umin.i32(i32 %double, i32 {rest_most})
  %shrunk = call i32 @llvm.usub.sat.i32(i32 %known, i32 {forgotten})
  %calm = select i1 %longer, i32 %known, i32 %shrunk
  %next = select i1 %enough, i32 %grown, i32 %calm
  store i32 %next, ptr %rest.at, align 4
  br label %done
done:
  %now = phi i64 [ %end, %alone ], [ %stop, %together ]
  %then = phi i32 [ %counted.alone, %alone ], [ %counted.together, %together ]
  store i64 %now, ptr %ended.at, align 8
  store i32 %then, ptr %strikes.at, align 4
  ret void
}}

define i32 @dldt_run(ptr %request) nounwind {{
entry:
  %stop.at = getelementptr i8, ptr %request, i64 {REQUEST_STOP}
  store i64 0, ptr %stop.at, align 4
  %pool.at = getelementptr i8, ptr %request, i64 {REQUEST_POOL}
  %team = load ptr, ptr %pool.at, align 8
  %none = icmp eq ptr %team, null
  br i1 %none, label %alone, label %check
check:
  %threads.at = getelementptr i8, ptr %team, i64 {THREADS}
  %threads = load i32, ptr %threads.at, align 4
  %single = icmp ule i32 %threads, 1
  br i1 %single, label %alone, label %ask
ask:
  %dims.at = getelementptr i8, ptr %request, i64 {REQUEST_DIMS}
  %dims = load ptr, ptr %dims.at, align 8
  %work = call i64 @dldt_work(ptr %dims)
  %much = icmp sge i64 %work, {much}
  br i1 %much, label %together, label %less
less:
  ; Too little even for threads that are awake: nobody is woken.
  %little = icmp slt i64 %work, {little}
  br i1 %little, label %alone, label %try
alone:
  call void @share(ptr %request, i32 0, i32 1)
  br label %answer
try:
  call void @try(ptr %request, ptr %team, i32 %threads, i64 %work)
  br label %answer
together:
  call void @together(ptr %request, ptr %team, i32 %threads)
  br label %answer
answer:
  ; Why the run ended early: the first thread has written it to one word or the other.
  %even = load i32, ptr %stop.at, align 4
  %odd.at = getelementptr i8, ptr %stop.at, i64 4
  %odd = load i32, ptr %odd.at, align 4
  %why = or i32 %even, %odd
  ret i32 %why
}}

define void @dldt_worker(ptr %team, i32 %index) nounwind {{
entry:
  %sleepers.at = getelementptr i8, ptr %team, i64 {SLEEPERS}
  %stop.at = getelementptr i8, ptr %team, i64 {STOP}
  %job.at = getelementptr i8, ptr %team, i64 {JOB}
  %threads.at = getelementptr i8, ptr %team, i64 {THREADS}
  br label %next
next:
  %done = phi i32 [ 0, %entry ], [ %generation, %work ]
  call void @await(ptr %team, i32 %done, ptr %sleepers.at, ptr %team, i1 false)
  %stop = load atomic i32, ptr %stop.at acquire, align 4
  %stopped = icmp ne i32 %stop, 0
  br i1 %stopped, label %leave, label %work
work:
  %generation = load atomic i32, ptr %team acquire, align 4
  %threads = load i32, ptr %threads.at, align 4
  %job = load atomic ptr, ptr %job.at monotonic, align 8
  call void @share(ptr %job, i32 %index, i32 %threads)
  call void @dldt_barrier(ptr %team, i32 %threads)
  br label %next
leave:
  ret void
}}

define void @dldt_stop(ptr %team) nounwind {{
  %stop.at = getelementptr i8, ptr %team, i64 {STOP}
  store atomic i32 1, ptr %stop.at release, align 4
  call void @announce(ptr %team)
  ret void
}}
"""

_PAUSES = {
    "x86_64": ("declare void @llvm.x86.sse2.pause()", "llvm.x86.sse2.pause()"),
    # An instruction barrier waits some 10 ns; the hint `yield` does nothing on most cores.
    "aarch64": ("declare void @llvm.aarch64.isb(i32)", "llvm.aarch64.isb(i32 15)"),
}

# Declarations, entry and exit of a region with the standard floating-point state: MXCSR 0x1F80, FPCR 0.
_FLOATING_POINT = {
    "x86_64": (
        """declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)""",
        """  %saved = alloca i32
  %wanted = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %saved)
  store i32 8064, ptr %wanted
  call void @llvm.x86.sse.ldmxcsr(ptr %wanted)""",
        "  call void @llvm.x86.sse.ldmxcsr(ptr %saved)",
    ),
    "aarch64": (
        """declare i64 @llvm.aarch64.get.fpcr()
declare void @llvm.aarch64.set.fpcr(i64)""",
        """  %saved = call i64 @llvm.aarch64.get.fpcr()
  call void @llvm.aarch64.set.fpcr(i64 0)""",
        "  call void @llvm.aarch64.set.fpcr(i64 %saved)",
    ),
}


def team_module(target: Target) -> str:
    """The module that defines ``dldt_run``, ``dldt_worker``, ``dldt_stop`` and ``dldt_barrier`` for ``target``.

    It needs ``dldt_main(request, thread, threads)`` from the model's code and ``dldt_syscall`` from ``syscall_module``.
    """
    declaration, pause = _PAUSES[target.arch]
    state, enter, leave = _FLOATING_POINT[target.arch]
    return _TEXT.format(
        declarations=f"{declaration}\n{state}",
        enter=enter,
        exit=leave,
        patience=_BARRIER_PATIENCE,
        pause=pause,
        futex=SYSCALLS[target.arch]["futex"],
        wait=_WAIT_PRIVATE,
        wake=_WAKE_PRIVATE,
        everyone=_EVERYONE,
        spin_default=_SPIN_DEFAULT,
        SPIN=SPIN,
        ARRIVED=ARRIVED,
        PHASE=PHASE,
        WAITING=WAITING,
        BUDGET=BUDGET,
        spin_least=_SPIN_LEAST,
        SLEEPERS=SLEEPERS,
        REQUEST_DIMS=REQUEST_DIMS,
        REQUEST_POOL=REQUEST_POOL,
        REQUEST_STOP=REQUEST_STOP,
        THREADS=THREADS,
        JOB=JOB,
        STOP=STOP,
        ENDED=ENDED,
        USUAL=USUAL,
        STRIKES=STRIKES,
        REST=REST,
        WORK=WORK,
        much=target.cpu.fit.team_work,
        little=target.cpu.fit.awake_work,
        trials=_TRIALS,
        strike=_STRIKE,
        enough=_ENOUGH,
        rest_least=_REST_LEAST,
        rest_most=_REST_MOST,
        forgotten=_FORGOTTEN,
    )
