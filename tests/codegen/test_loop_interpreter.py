"""The loop interpreter on nests written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop import interpreter as loop_interpreter
from dldt.codegen.loop.buffers import Buffer, Layout
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import (
    Accumulator,
    Apply,
    Axis,
    Bind,
    Guard,
    Inside,
    Load,
    Nest,
    Number,
    Position,
    Reduce,
)  # fmt: skip
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import FreeDim, minimum, symbol
from dldt.compiler.errors import InternalError
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import DType

F32, I64 = DType.f32, DType.i64


def _run(axes, index, value, out, inputs=(), sizes=None):
    memory = dict(inputs)
    memory[out] = np.full([evaluate(d, sizes or {}) for d in out.shape], -1, out.dtype.numpy)
    run_nests([Nest(tuple(axes), out, tuple(index), value)], memory, sizes)
    return memory[out]


def test_positions_are_stored_at_every_point():
    i, j = Axis(LoopVariable("i"), 2), Axis(LoopVariable("j"), 3)
    out = Buffer("y", I64, (2, 3))
    found = _run([i, j], [i.symbol, j.symbol], Position(10 * i.symbol + j.symbol, I64), out)
    assert found.tolist() == [[0, 1, 2], [10, 11, 12]]


def test_a_nest_fills_only_its_own_range():
    i = Axis(LoopVariable("i"), 4, 2)
    found = _run([i], [i.symbol], Position(i.symbol, I64), Buffer("y", I64, (6,)))
    assert found.tolist() == [-1, -1, 2, 3, -1, -1]


def test_a_scalar_has_no_axes():
    assert _run([], [], Number(F32, 2.5), Buffer("y", F32, ())) == np.float32(2.5)


def test_reduction_bounds_may_depend_on_the_output_index():
    i = Axis(LoopVariable("i"), 4)
    k = Axis(LoopVariable("k"), i.symbol + 1)
    x = Buffer("x", I64, (4,))
    total = Reduce("sum", (k,), Load(x, (k.symbol,)))
    found = _run([i], [i.symbol], total, Buffer("y", I64, (4,)), {x: np.array([1, 10, 100, 1000])})
    assert found.tolist() == [1, 11, 111, 1111]


def test_a_later_axis_may_depend_on_an_earlier_one():
    k = Axis(LoopVariable("k"), 3)
    m = Axis(LoopVariable("m"), k.symbol + 1)
    total = Reduce("sum", (k, m), Position(10 * k.symbol + m.symbol, I64))
    assert _run([], [], total, Buffer("y", I64, ())) == 0 + (10 + 11) + (20 + 21 + 22)


@pytest.mark.parametrize(
    ("kind", "want"), [("sum", 0), ("prod", 1), ("max", -np.inf), ("min", np.inf)], ids=["sum", "prod", "max", "min"]
)
def test_an_empty_reduction_gives_the_neutral_element(kind, want):
    k = Axis(LoopVariable("k"), 0)
    assert _run([], [], Reduce(kind, (k,), Number(F32, 3)), Buffer("y", F32, ())) == want


@pytest.mark.parametrize(("kind", "want"), [("and", False), ("or", True)])
def test_logical_reductions(kind, want):
    k = Axis(LoopVariable("k"), 4)
    body = Inside(k.symbol, 1, 3)
    assert _run([], [], Reduce(kind, (k,), body), Buffer("y", DType.boolean, ())) == want


def test_a_body_that_does_not_vary_counts_once_an_iteration():
    k = Axis(LoopVariable("k"), 5)
    assert _run([], [], Reduce("sum", (k,), Number(F32, 2)), Buffer("y", F32, ())) == 10


def test_guarded_loads_may_be_outside():
    i = Axis(LoopVariable("i"), 5)
    x = Buffer("x", I64, (3,))
    at = i.symbol - 1
    value = Guard(Inside(at, 0, 3), Load(x, (at,)), Number(I64, 9))
    found = _run([i], [i.symbol], value, Buffer("y", I64, (5,)), {x: np.array([1, 2, 3])})
    assert found.tolist() == [9, 1, 2, 3, 9]


def test_a_load_outside_is_an_error():
    i = Axis(LoopVariable("i"), 3)
    x = Buffer("x", I64, (3,))
    with pytest.raises(InternalError, match="load of x at 3 of axis 0 with 3 elements"):
        _run([i], [i.symbol], Load(x, (i.symbol + 1,)), Buffer("y", I64, (3,)), {x: np.arange(3)})


def test_a_load_on_the_wrong_side_of_a_guard_is_an_error():
    i = Axis(LoopVariable("i"), 3)
    x = Buffer("x", I64, (3,))
    value = Guard(Inside(i.symbol, 0, 2), Number(I64, 0), Load(x, (i.symbol + 1,)))
    with pytest.raises(InternalError, match="load of x at 3"):
        _run([i], [i.symbol], value, Buffer("y", I64, (3,)), {x: np.arange(3)})


def test_a_store_outside_is_an_error():
    i = Axis(LoopVariable("i"), 3)
    with pytest.raises(InternalError, match="store of y at 3"):
        _run([i], [i.symbol + 1], Number(I64, 0), Buffer("y", I64, (3,)))


def test_an_index_from_data():
    i = Axis(LoopVariable("i"), 3)
    x, at = Buffer("x", I64, (4,)), Buffer("at", I64, (3,))
    value = Bind(LoopVariable("p"), Load(at, (i.symbol,)), Load(x, (LoopVariable("p").within(0, 3),)))
    memory = {x: np.array([5, 6, 7, 8]), at: np.array([3, 0, 3])}
    assert _run([i], [i.symbol], value, Buffer("y", I64, (3,)), memory).tolist() == [8, 5, 8]


def test_a_free_dim_gets_its_value_at_the_run():
    n = symbol("N")
    i = Axis(LoopVariable("i"), n)
    x = Buffer("x", I64, (n,))
    last = minimum(i.symbol + 1, n - 1)
    memory = {x: np.array([1, 2, 3])}
    found = _run([i], [i.symbol], Load(x, (last,)), Buffer("y", I64, (n,)), memory, {FreeDim("N"): 3})
    assert found.tolist() == [2, 3, 3]


def test_a_symbol_without_a_loop_is_an_error():
    with pytest.raises(InternalError, match="index j is used outside of its loop"):
        _run([], [], Position(symbol("j"), I64), Buffer("y", I64, ()))


def test_the_operands_of_a_primitive_are_counted():
    with pytest.raises(InternalError, match="add takes 2 operands, 1 given"):
        _run([], [], Apply("add", (Number(F32, 1),), F32), Buffer("y", F32, ()))


def test_an_unknown_primitive_is_an_error():
    with pytest.raises(InternalError, match="the loop IR has no primitive 'frobnicate'"):
        _run([], [], Apply("frobnicate", (Number(F32, 1),), F32), Buffer("y", F32, ()))


def test_an_accumulator_has_no_value_of_its_own():
    with pytest.raises(InternalError, match="Accumulator"):
        _run([], [], Accumulator(F32), Buffer("y", F32, ()))


def test_large_grids_are_worked_through_in_pieces(monkeypatch):
    monkeypatch.setattr(loop_interpreter, "MOST_POINTS", 8)
    i, k, m = Axis(LoopVariable("i"), 5), Axis(LoopVariable("k"), 7), Axis(LoopVariable("m"), 3)
    x, y = Buffer("x", I64, (5, 7)), Buffer("y", I64, (3,))
    body = Apply("mul", (Load(x, (i.symbol, k.symbol)), Load(y, (m.symbol,))), I64)
    data, other = np.arange(35).reshape(5, 7), np.array([1, 2, 4])
    out = Buffer("z", I64, (5,))
    found = _run([i], [i.symbol], Reduce("sum", (k, m), body), out, {x: data, y: other})
    assert found.tolist() == [7 * row for row in (21, 70, 119, 168, 217)]


def test_half_precision_is_computed_in_f32_and_rounded_once():
    x = Buffer("x", DType.f16, ())
    tiny = Apply("add", (Load(x, ()), Number(DType.f16, 2**-12)), DType.f16)
    back = Apply("sub", (tiny, Load(x, ())), DType.f16)
    assert _run([], [], back, Buffer("y", DType.f16, ()), {x: np.array(1, np.float16)}) == np.float16(2**-12)


def test_sums_of_f32_do_not_drift():
    k = Axis(LoopVariable("k"), 1 << 20)
    x = Buffer("x", F32, (1 << 20,))
    memory = {x: np.full(1 << 20, 0.1, np.float32)}
    found = _run([], [], Reduce("sum", (k,), Load(x, (k.symbol,))), Buffer("y", F32, ()), memory)
    assert abs(float(found) - 104857.6) < 0.02


def test_an_axis_without_iterations_stores_nothing():
    i = Axis(LoopVariable("i"), 0)
    x = Buffer("x", F32, (0,))
    found = _run([i], [i.symbol], Load(x, (i.symbol,)), Buffer("y", F32, (0,)), {x: np.zeros(0, np.float32)})
    assert found.shape == (0,)


def test_an_output_axis_may_depend_on_an_outer_one():
    i = Axis(LoopVariable("i"), 3)
    j = Axis(LoopVariable("j"), i.symbol + 1)
    out = Buffer("y", I64, (3, 3))
    found = _run([i, j], [i.symbol, j.symbol], Position(i.symbol + j.symbol, I64), out)
    assert found.tolist() == [[0, -1, -1], [1, 2, -1], [2, 3, 4]]


def test_the_padding_of_a_blocked_buffer_is_not_written():
    b, lane = Axis(LoopVariable("b"), 2), Axis(LoopVariable("l"), 4)
    channel = 4 * b.symbol + lane.symbol
    x, out = Buffer("x", I64, (5,)), Buffer("y", I64, (1, 5), Layout(4))
    found = _run([b, lane], [0, channel], Load(x, (channel,)), out, {x: np.arange(5)})
    assert found.tolist() == [[0, 1, 2, 3, 4]]
