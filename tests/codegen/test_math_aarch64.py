"""aarch64 gives the bits that x86-64 with fused multiply-add gives."""

import numpy as np
import pytest

from benchmarks.native_math import compile_math, runnable
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import element, lanes
from dldt.codegen.llvm.math import MATH, emit_math
from dldt.codegen.target import TARGETS
from tests.codegen.artifact import describe
from tests.codegen.qemu import require_emulator, run_under_qemu

COUNT = 2048
DOUBLES = ("exp", "log", "tanh", "sigmoid", "erf", "sin", "cos", "softplus")
SIZES = """
define i64 @dldt_arena_size(ptr %symbols) {{ ret i64 0 }}
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {{
  store <4 x i64> <i64 {floats}, i64 {count}, i64 {doubles}, i64 {count}>, ptr %dims, align 8
  ret void
}}
"""


def model(target, names):
    """A model of x, y (f32) and w (f64): each function makes a row of the output of its type."""
    b = Builder(target)
    with b.function("dldt_main", [("ptr", "request"), ("i32", "tid"), ("i32", "threads")]) as (request, _, _):
        inputs = b.load("ptr", request, 8)
        outputs = b.load("ptr", b.gep(request, b.index(8)), 8)
        x, y, w = (b.load("ptr", b.gep(inputs, b.index(8 * i)), 8) for i in range(3))
        floats, doubles = b.load("ptr", outputs, 8), b.load("ptr", b.gep(outputs, b.index(8)), 8)
        for row, name in enumerate(names):
            _row(b, name, [x, y][: MATH[name]], b.gep(floats, b.index(4 * row * COUNT)), "<4 x float>")
        for row, name in enumerate(DOUBLES):
            _row(b, name, [w], b.gep(doubles, b.index(8 * row * COUNT)), "<2 x double>")
    return b.text("math") + SIZES.format(floats=len(names), doubles=len(DOUBLES), count=COUNT)


def _row(b, name, operands, place, type):
    with b.loop(b.index(0), b.index(COUNT), lanes(type)) as loop:
        values = [b.load(type, b.gep(x, loop.index, element(type)), 4) for x in operands]
        b.store(emit_math(b, name, *values), b.gep(place, loop.index, element(type)), 4)


def same_bits(got, wanted):
    kind = np.uint32 if got.dtype == np.float32 else np.uint64
    return bool(((got.view(kind) == wanted.view(kind)) | (np.isnan(got) & np.isnan(wanted))).all())


def test_results_are_those_of_x86(tmp_path):
    target = TARGETS["aarch64"]
    require_emulator(target)
    fused = [found for found in runnable() if found.fma and found.arch == "x86_64"]
    if not fused:
        pytest.skip("this machine is no x86-64 with fused multiply-add")
    random = np.random.default_rng(22)
    patterns = random.integers(0, 1 << 32, (2, COUNT // 2), dtype=np.uint64).astype(np.uint32).view(np.float32)
    usual = np.stack([random.uniform(-20, 20, COUNT // 2), random.uniform(-4, 4, COUNT // 2)]).astype(np.float32)
    x, y = np.concatenate([patterns, usual], axis=1)
    wide = random.integers(0, 1 << 64, COUNT // 2, dtype=np.uint64).view(np.float64)
    w = np.concatenate([wide, random.uniform(-20, 20, COUNT // 2)])
    names = list(MATH)
    metadata = describe(
        [("x", "f32", [COUNT]), ("y", "f32", [COUNT]), ("w", "f64", [COUNT])],
        [("floats", "f32", [len(names), COUNT]), ("doubles", "f64", [len(DOUBLES), COUNT])],
        target=target,
    )
    result = run_under_qemu([model(target, names)], [], metadata, {"x": x, "y": y, "w": w}, target, tmp_path)
    for name, got in zip(names, result["floats"], strict=True):
        assert same_bits(got, compile_math(name, fused[0], 8)(*[x, y][: MATH[name]])), name
    for name, got in zip(DOUBLES, result["doubles"], strict=True):
        assert same_bits(got, compile_math(name, fused[0], 4, "double")(w)), f"{name} of doubles"
