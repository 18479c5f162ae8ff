"""A schedule changes how a nest is walked, never what it computes: scheduled nests, interpreted."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.kernels.loops.choose_schedule import choose_schedule
from dldt.codegen.loop.buffers import Buffer, Layout
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import Axis, Load, Nest
from dldt.codegen.loop.lower.access import RULES, Access
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.loop.schedule import SplitAxis, apply_schedule, split
from dldt.codegen.loop.variable import LoopVariable
from dldt.codegen.target import TARGETS
from dldt.compiler.types import DType
from tests.ops.table import all_cases

CASES = [case for case in all_cases() if type(case.op) in RULES]


def _check(case, layout, target, blocked_inputs):
    """Every output of the case through its default schedule, and with its first axes cut."""
    types = case.types()
    arguments, memory = [], {}
    for i, (t, x) in enumerate(zip(types, case.inputs, strict=True)):
        if t is None:
            arguments.append(None)
            continue
        blocked = blocked_inputs and t.rank > 2 and t.dtype is DType.f32
        buffer = Buffer(f"x{i}", t.dtype, t.shape, layout if blocked else Layout())
        memory[buffer] = x
        arguments.append(Access(t, lambda index, b=buffer: Load(b, tuple(index)), t.constant))
    outputs = case.op.types(*types)
    lowered = RULES[type(case.op)].lower(case.op, outputs, *arguments)
    for access, want in zip(lowered if isinstance(lowered, tuple) else (lowered,), case.expected(), strict=True):
        out = Buffer("y", access.dtype, access.type.shape, layout if access.type.rank > 2 else Layout())
        nest = output_nest(out, access)
        steps = choose_schedule(nest, target)
        scheduled = apply_schedule(nest, steps)
        for walked in (scheduled.nest, *_cut(nest)):
            found = np.full(want.shape, 77).astype(want.dtype)
            run_nests([walked], {**memory, out: found})
            wide = want.astype(np.float64)
            scale = np.max(np.abs(wide[np.isfinite(wide)]), initial=1.0)
            tolerance = max(case.tolerance, 2e-2 if want.dtype.itemsize == 2 else 2e-6)
            np.testing.assert_allclose(found.astype(np.float64), wide, rtol=0, atol=tolerance * scale)


def _cut(nest):
    """The nest with its first axes cut in threes, so that remainders occur; among them the block's number, on which
    the bound of the last block's lanes depends."""
    return [apply_schedule(nest, tuple(SplitAxis.of(a.variable, 3) for a in nest.axes[:2])).nest]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_plain(case):
    with np.errstate(all="ignore"):
        _check(case, Layout(), TARGETS["x86-64-v4"], blocked_inputs=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_blocked(case):
    with np.errstate(all="ignore"):
        _check(case, Layout(8), TARGETS["x86-64-v3"], blocked_inputs=True)


def test_an_axis_that_does_not_begin_at_zero_is_cut():
    data, out = Buffer("x", DType.f32, (10,)), Buffer("y", DType.f32, (10,))
    axis = Axis(LoopVariable("i"), 10, 3)
    nest = Nest((axis,), out, (axis.symbol,), Load(data, (axis.symbol,)))
    x, y = np.arange(10, dtype=np.float32), np.full(10, -1, np.float32)
    run_nests([split(nest, SplitAxis.of(axis.variable, 4))], {data: x, out: y})
    np.testing.assert_array_equal(y, [-1, -1, -1, 3, 4, 5, 6, 7, 8, 9])
