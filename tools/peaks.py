"""The peaks of this machine: f32 multiply-adds a second, and bytes a second read from memory and caches."""

from __future__ import annotations

import concurrent.futures
import ctypes
import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.target import Target
from dldt.tools.roofline import Level, Peaks

_CHAINS = 14
_LOOPS = 2_000_000
_STREAMS = 8
# Larger than the caches of most machines, and a small part of their memory.
_READ_BYTES = 256 << 20
# Bytes read in one call: enough that the clock and the thread pool cost far less time than the call.
_CALL_BYTES = 64 << 20


def measure_peaks(threads: int = 1, seconds: float = 0.5, target: str = "host") -> Peaks:
    """Measure all peaks, each for ``seconds`` and on ``threads`` threads at once; the best of many runs counts.

    The loops are compiled by LLVM (the compile extra) with the instructions of ``target``, which must run here.
    """
    host = resolve_target("host")
    shares = (("L1", host.l1 * threads), ("L2", host.l2 * threads), ("L3", host.l3))
    caches = tuple(Level(name, size, read_bandwidth(seconds, threads, size // 2, target)) for name, size in shares)
    compute, memory = fma_peak(seconds, threads, target), read_bandwidth(seconds, threads, target=target)
    return Peaks(threads, compute, memory, caches)


def fma_peak(seconds: float = 0.5, threads: int = 1, target: str = "host") -> float:
    """GFLOP/s of independent multiply-adds in registers; without FMA, of multiplications and additions."""
    machine = resolve_target(target)
    lanes = machine.lanes(4)
    with _Function("peak", _chains(lanes, machine.fma), machine) as address:
        run = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float, ctypes.c_float)(address)
        best = _best([lambda: run(0.999, 0.001)] * threads, seconds)
    return 2 * lanes * _CHAINS * _LOOPS * threads / best / 1e9


def product_peak(row: Arithmetic, seconds: float = 0.5, threads: int = 1, target: str = "host") -> float:
    """Giga-operations a second, two for each product, of independent multiply-adds of an arithmetic in registers."""
    machine = resolve_target(target)
    lanes = machine.lanes(4)
    chains = min(_CHAINS, machine.registers - 4) // row.registers
    with _Function("peak", _products(row, lanes, chains, machine), machine) as address:
        run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(address)
        memory = np.ones(8192, np.uint8)
        place = memory.ctypes.data
        best = _best([lambda: run(place, place, 0, _LOOPS)] * threads, seconds)
    return 2 * lanes * row.products * chains * _LOOPS * threads / best / 1e9


def read_bandwidth(seconds: float = 0.5, threads: int = 1, size: int = _READ_BYTES, target: str = "host") -> float:
    """GB/s of repeated passes over ``size`` bytes (by default more than a cache holds). Each thread reads its own
    part."""
    machine = resolve_target(target)
    lanes = machine.lanes(4)
    step = _STREAMS * lanes
    each = max(1, size // 4 // threads // step) * step
    data = np.ones((threads, each), np.float32)
    passes = max(1, _CALL_BYTES // data.nbytes)
    with _Function("sweep", _sweep(lanes), machine) as address:
        run = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(address)
        parts = [functools.partial(run, row.ctypes.data, each, passes) for row in data]
        best = _best(parts, seconds)
    return data.nbytes * passes / best / 1e9


def _best(parts: Sequence[Callable[[], object]], seconds: float) -> float:
    """The least time in seconds in which all parts ran at once. The first run only warms up."""
    best, runs = float("inf"), 0
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        end = time.perf_counter() + seconds
        while runs < 2 or time.perf_counter() < end:
            start = time.perf_counter()
            if len(parts) == 1:
                parts[0]()
            else:
                for done in [pool.submit(part) for part in parts]:
                    done.result()
            took = time.perf_counter() - start
            best = min(best, took) if runs else best
            runs += 1
    return best


class _Function:
    """A context manager that compiles a function of an LLVM module into this process and gives its address."""

    def __init__(self, name: str, source: str, target: Target) -> None:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        features = ",".join([*(f"+{name}" for name in target.features), "-prefer-256-bit"])
        if target.arch != "x86_64":
            features = ",".join(f"+{name}" for name in target.features)
        native = binding.Target.from_default_triple()
        machine = native.create_target_machine(cpu=target.cpu.llvm, features=features, opt=3)
        module = binding.parse_assembly(source)
        module.verify()
        self._name = name
        self._engine: Any = binding.create_mcjit_compiler(module, machine)
        self._engine.finalize_object()

    def __enter__(self) -> int:
        return int(self._engine.get_function_address(self._name))

    def __exit__(self, *_: object) -> None:
        self._engine.close()


def _chains(lanes: int, fma: bool) -> str:
    """LLVM IR of ``peak(a, b)``. Every chain of operations is ``x = x * a + b``, each with another start value."""
    vector = f"<{lanes} x float>"
    splat = f"shufflevector {vector} {{0}}, {vector} poison, <{lanes} x i32> zeroinitializer"
    steps: list[str] = []
    for i in range(_CHAINS):
        if fma:
            steps.append(f"%y{i} = call {vector} @llvm.fma.v{lanes}f32({vector} %x{i}, {vector} %a, {vector} %b)")
        else:
            steps += [f"%m{i} = fmul {vector} %x{i}, %a", f"%y{i} = fadd {vector} %m{i}, %b"]
    return "\n".join(
        [
            f"declare {vector} @llvm.fma.v{lanes}f32({vector}, {vector}, {vector})",
            "define float @peak(float %p, float %q) {",
            "entry:",
            f"%a0 = insertelement {vector} poison, float %p, i32 0",
            "%a = " + splat.format("%a0"),
            f"%b0 = insertelement {vector} poison, float %q, i32 0",
            "%b = " + splat.format("%b0"),
            *(f"%s{i} = fadd {vector} %a, splat (float {i}.0)" for i in range(_CHAINS)),
            "br label %loop",
            "loop:",
            "%n = phi i64 [ 0, %entry ], [ %m, %loop ]",
            *(f"%x{i} = phi {vector} [ %s{i}, %entry ], [ %y{i}, %loop ]" for i in range(_CHAINS)),
            *steps,
            "%m = add i64 %n, 1",
            f"%c = icmp ult i64 %m, {_LOOPS}",
            "br i1 %c, label %loop, label %end",
            "end:",
            *_sum(_CHAINS, vector),
            "}",
        ]
    )


def _products(row: Arithmetic, lanes: int, chains: int, target: Target) -> str:
    """LLVM IR of ``peak(data, sums, lo, hi)``: every chain of sums adds products of its own again and again."""
    b = Builder(target)
    signature = [("ptr", "data"), ("ptr", "sums"), ("i64", "lo"), ("i64", "hi")]
    with b.function("peak", signature) as (source, sums, low, high):
        data = row.broadcast(b, source, row.data, lanes, row.products)
        weights = row.load_weights(b, source, lanes, 1)
        size = lanes * row.registers * 4
        places = [b.gep(sums, b.index(size * i)) for i in range(chains)]
        starts = [b.load(row.sum_type(lanes), place, 1) for place in places]
        with b.loop(low, high, 1, starts) as loop:
            # Hidden from the optimiser, which would multiply once for all chains, or before the loop.
            kind = target.inline_register_class
            hidden = f'call {data.type} asm sideeffect "", "={kind},0"({data})'
            loop.yields = [row.multiply_add(b, b.emit(data.type, hidden), weights, x) for x in loop.carried]
        for value, place in zip(loop.results, places, strict=True):
            b.store(value, place, 1)
    return b.text("peak").replace("define hidden", "define")


def _sweep(lanes: int) -> str:
    """LLVM IR of ``sweep(data, count, passes)``: the sum of all numbers, ``passes`` times, in independent chains."""
    vector = f"<{lanes} x float>"
    steps: list[str] = []
    for i in range(_STREAMS):
        steps += [f"%o{i} = add i64 %n, {i * lanes}", f"%g{i} = getelementptr float, ptr %data, i64 %o{i}"]
        steps += [f"%v{i} = load {vector}, ptr %g{i}, align 4", f"%y{i} = fadd {vector} %x{i}, %v{i}"]
    return "\n".join(
        [
            "define float @sweep(ptr %data, i64 %count, i64 %passes) {",
            "entry:",
            "br label %pass",
            "pass:",
            "%p = phi i64 [ 0, %entry ], [ %q, %turn ]",
            *(f"%z{i} = phi {vector} [ zeroinitializer, %entry ], [ %y{i}, %turn ]" for i in range(_STREAMS)),
            "br label %loop",
            "loop:",
            "%n = phi i64 [ 0, %pass ], [ %m, %loop ]",
            *(f"%x{i} = phi {vector} [ %z{i}, %pass ], [ %y{i}, %loop ]" for i in range(_STREAMS)),
            *steps,
            f"%m = add i64 %n, {_STREAMS * lanes}",
            "%c = icmp ult i64 %m, %count",
            "br i1 %c, label %loop, label %turn",
            "turn:",
            "%q = add i64 %p, 1",
            "%d = icmp ult i64 %q, %passes",
            "br i1 %d, label %pass, label %end",
            "end:",
            *_sum(_STREAMS, vector),
            "}",
        ]
    )


def _sum(count: int, vector: str) -> list[str]:
    """Return the first lane of %y0 + %y1 + …, so that no chain is dead code."""
    sums = [f"%t0 = fadd {vector} %y0, %y1"]
    sums += [f"%t{i} = fadd {vector} %t{i - 1}, %y{i + 1}" for i in range(1, count - 1)]
    return [*sums, f"%r = extractelement {vector} %t{count - 2}, i32 0", "ret float %r"]
