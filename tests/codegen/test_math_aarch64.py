"""aarch64 gives the bits that x86-64 with fused multiply-add gives."""

import numpy as np
import pytest

from benchmarks.native_math import compile_math, runnable
from dldt.codegen.emit.builder import Builder
from dldt.codegen.math import MATH, emit_math
from dldt.codegen.target import TARGETS
from tests.codegen.artifact import describe
from tests.codegen.qemu import require_emulator, run_under_qemu

COUNT = 2048
SIZES = """
define i64 @dldt_arena_size(ptr %symbols) {{ ret i64 0 }}
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {{
  store i64 {rows}, ptr %dims
  %second = getelementptr i64, ptr %dims, i64 1
  store i64 {columns}, ptr %second
  ret void
}}
"""


def model(target, names):
    """A model of two inputs that writes one row of its output with each function."""
    b = Builder(target)
    with b.function("dldt_main", [("ptr", "request"), ("i32", "tid"), ("i32", "threads")]) as (request, _, _):
        inputs = b.load("ptr", request, 8)
        outputs = b.load("ptr", b.gep(request, b.index(8)), 8)
        first, second = b.load("ptr", inputs, 8), b.load("ptr", b.gep(inputs, b.index(8)), 8)
        y = b.load("ptr", outputs, 8)
        for row, name in enumerate(names):
            with b.loop(b.index(0), b.index(COUNT), 4) as loop:
                operands = [first, second][: MATH[name]]
                values = [b.load("<4 x float>", b.gep(x, loop.index, "float"), 4) for x in operands]
                place = b.gep(b.gep(y, b.index(row * COUNT), "float"), loop.index, "float")
                b.store(emit_math(b, name, *values), place, 4)
    return b.text("math") + SIZES.format(rows=len(names), columns=COUNT)


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
    names = list(MATH)
    metadata = describe(
        [("x", "f32", [COUNT]), ("y", "f32", [COUNT])], [("z", "f32", [len(names), COUNT])], target=target
    )
    result = run_under_qemu([model(target, names)], [], metadata, {"x": x, "y": y}, target, tmp_path)["z"]
    for name, got in zip(names, result, strict=True):
        wanted = compile_math(name, fused[0], 8)(*[x, y][: MATH[name]])
        same = (got.view(np.uint32) == wanted.view(np.uint32)) | (np.isnan(got) & np.isnan(wanted))
        assert same.all(), name
