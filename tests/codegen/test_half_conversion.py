"""Half precision is converted to the bits that numpy and ml_dtypes give, with instructions or without."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.object.elf_constants import EM_AARCH64, EM_X86_64
from dldt.codegen.object.elf_object import read_object
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu
from tests.codegen.native import run_emulated, run_native

MACHINES = {"x86_64": EM_X86_64, "aarch64": EM_AARCH64}
BFLOAT = np.dtype(ml_dtypes.bfloat16)


def halves(dtype):
    """Every number of a 16-bit float type, infinities and NaN too."""
    return np.arange(1 << 16, dtype=np.uint16).view(dtype)


def floats():
    """The neighbourhood of every half and bfloat, of the middles between them, denormals, infinities, NaN."""
    near = []
    for dtype in (np.dtype(np.float16), BFLOAT):
        exact = halves(dtype).astype(np.float32).view(np.uint32)
        step = 1 << (12 if dtype == np.float16 else 15)
        near += [exact + np.uint32(offset) for offset in (0, 1, step - 1, step, step + 1)]
    middles = ((np.arange(1 << 11) + 0.5) * 2.0**-24).astype(np.float32).view(np.uint32)
    near += [middles, middles + np.uint32(1), middles - np.uint32(1)]
    return np.concatenate(near).view(np.float32)


def doubles():
    """The floats, and doubles a little above and below them, which must not be rounded twice."""
    base = halves(np.float16).astype(np.float64)
    middles = np.concatenate([(base[:-1] + base[1:]) / 2, (np.arange(1 << 11) + 0.5) * 2.0**-24])
    found = [floats().astype(np.float64), middles, middles * (1 + 2.0**-40), middles * (1 - 2.0**-40)]
    return np.concatenate([*found, [1e300, -1e300, 5e-324, 65519.99999999999, 65520.0]])


INPUTS = {"half": lambda: halves(np.float16), "bfloat": lambda: halves(BFLOAT), "float": floats, "double": doubles}
CONVERSIONS = [
    *(("half", DType.f32), ("half", DType.f64), ("half", DType.bf16), ("half", DType.i32)),
    *(("bfloat", DType.f32), ("bfloat", DType.f64), ("bfloat", DType.f16)),
    *(("float", DType.f16), ("float", DType.bf16), ("double", DType.f16), ("double", DType.bf16)),
]


def model():
    graph, feeds, expected = Graph("halves"), {}, {}
    with np.errstate(all="ignore"):
        for name, make in INPUTS.items():
            array = make()
            feeds[name] = array if array.size % 16 else array[:-3]
        feeds["number"] = np.array(0.1, np.float64)
        values = {name: graph.parameter(name, TensorType(DType.of(x.dtype), x.shape)) for name, x in feeds.items()}
        for name, dtype in (*CONVERSIONS, ("number", DType.f16), ("number", DType.bf16)):
            output = f"{name}-{dtype.value}"
            graph.result(ops.Convert(dtype)(values[name]), output)
            if dtype.is_float:
                expected[output] = feeds[name].astype(dtype.numpy)
    return graph, feeds, expected


def check(outputs, expected):
    for name, wanted in expected.items():
        got, kind = outputs[name].view(wanted.dtype), f"u{wanted.dtype.itemsize}"
        assert got.shape == wanted.shape, name
        with np.errstate(invalid="ignore"):
            nan = np.isnan(wanted.astype(np.float64))
            np.testing.assert_array_equal(np.isnan(got.astype(np.float64)), nan, err_msg=name)
        np.testing.assert_array_equal(got[~nan].view(kind), wanted[~nan].view(kind), err_msg=name)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2", "aarch64"])
def test_conversions_give_the_bits_of_numpy(level, tmp_path):
    target = resolve_target(level)
    graph, feeds, expected = model()
    if target.arch != cpu.arch():
        check(run_emulated(graph, feeds, target, tmp_path), expected)
        return
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    check(run_native(graph, feeds, target, tmp_path), expected)


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_conversions_call_no_library(target):
    graph, _, _ = model()
    objects = compile_modules([*assemble(graph, target).modules, *support_modules(target)], target)
    files = [read_object(code.object, MACHINES[target.arch]) for code in objects]
    defined = {s.name for file in files for s in file.symbols if s.section is not None}
    missing = {s.name for file in files for s in file.symbols if s.section is None and s.name and not s.absolute}
    assert missing - defined <= {"dldt_weights", "dldt_metadata"}
