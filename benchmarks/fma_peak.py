"""The machine's f32 FMA peak on one core, measured by a loop of independent multiply-adds compiled through LLVM.

python -m benchmarks.fma_peak
"""

from __future__ import annotations

import ctypes
import time

from llvmlite import binding

from dldt.codegen.resolve import resolve_target

CHAINS = 14
LOOPS = 2_000_000


def fma_peak(seconds: float = 0.5) -> float:
    """GFLOP/s of one core: the best of several runs of ``CHAINS`` independent accumulators."""
    target = resolve_target("host")
    lanes = target.lanes(4)
    engine = _compile(_source(lanes, target.fma), target)
    kernel = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float, ctypes.c_float)(engine.get_function_address("peak"))
    kernel(1.0, 0.5)
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        kernel(0.999, 0.001)
        best = min(best, time.perf_counter() - start)
    return 2 * lanes * CHAINS * LOOPS / best / 1e9


def _source(lanes: int, fma: bool) -> str:
    """LLVM IR of ``peak(a, b)``: every chain is ``x = x * a + b``, started from different numbers."""
    vector = f"<{lanes} x float>"
    splat = f"shufflevector {vector} {{0}}, {vector} poison, <{lanes} x i32> zeroinitializer"
    phis = [f"%x{i} = phi {vector} [ %s{i}, %entry ], [ %y{i}, %loop ]" for i in range(CHAINS)]
    steps: list[str] = []
    for i in range(CHAINS):
        if fma:
            steps.append(f"%y{i} = call {vector} @llvm.fma.v{lanes}f32({vector} %x{i}, {vector} %a, {vector} %b)")
        else:
            steps += [f"%m{i} = fmul {vector} %x{i}, %a", f"%y{i} = fadd {vector} %m{i}, %b"]
    starts = [f"%s{i} = fadd {vector} %a, splat (float {i}.0)" for i in range(CHAINS)]
    sums = ["%t0 = fadd " + f"{vector} %y0, %y1"]
    sums += [f"%t{i} = fadd {vector} %t{i - 1}, %y{i + 1}" for i in range(1, CHAINS - 1)]
    return "\n".join(
        [
            f"declare {vector} @llvm.fma.v{lanes}f32({vector}, {vector}, {vector})",
            "define float @peak(float %p, float %q) {",
            "entry:",
            f"%a0 = insertelement {vector} poison, float %p, i32 0",
            "%a = " + splat.format("%a0"),
            f"%b0 = insertelement {vector} poison, float %q, i32 0",
            "%b = " + splat.format("%b0"),
            *starts,
            "br label %loop",
            "loop:",
            "%n = phi i64 [ 0, %entry ], [ %m, %loop ]",
            *phis,
            *steps,
            "%m = add i64 %n, 1",
            f"%c = icmp ult i64 %m, {LOOPS}",
            "br i1 %c, label %loop, label %end",
            "end:",
            *sums,
            f"%r = extractelement {vector} %t{CHAINS - 2}, i32 0",
            "ret float %r",
            "}",
        ]
    )


def _compile(source: str, target):
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = ",".join(f"+{name}" for name in target.features) + ",-prefer-256-bit"
    machine = binding.Target.from_default_triple().create_target_machine(cpu=target.cpu, features=features, opt=3)
    module = binding.parse_assembly(source)
    module.verify()
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine


if __name__ == "__main__":
    print(f"{fma_peak():.1f} GFLOP/s on one core")
