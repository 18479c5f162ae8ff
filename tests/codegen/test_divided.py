"""``dldt_divide``, which chooses at run time what threads share, beside every other way of sharing."""

from __future__ import annotations

import ctypes
import itertools

import llvmlite.binding as llvm
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.divided import WorkLoad, divided_module, loaded, runs
from dldt.compiler.dims import symbol


@pytest.fixture(scope="module")
def divide():
    """(work of each step, below zero where one thread alone can run it; threads) → whether each is shared."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(divided_module(resolve_target("host")).replace("define hidden", "define"))
    engine = llvm.create_mcjit_compiler(module, llvm.Target.from_default_triple().create_target_machine())
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32)(
        engine.get_function_address("dldt_divide")
    )

    def call(works, threads):
        steps = np.array(works, np.int64)
        function(steps.ctypes.data, len(steps), threads)
        return steps.tolist()

    yield call
    del engine


def time(works, shared, threads, meeting):
    """The definition: the threads' time, and a meeting wherever one step or the next is shared."""
    each = [abs(work) // threads if way else abs(work) for work, way in zip(works, shared, strict=True)]
    return sum(each) + meeting * sum(bool(a or b) for a, b in itertools.pairwise(shared))


@pytest.mark.parametrize("threads", [2, 3, 8])
@pytest.mark.parametrize("seed", range(20))
def test_no_other_way_takes_less_time(divide, seed, threads):
    rng = np.random.default_rng(seed)
    meeting = resolve_target("host").cpu.fit.meeting
    count = int(rng.integers(1, 10))
    works = (rng.integers(1, 6 * meeting, count) * rng.choice([-1, 1, 1], count)).tolist()
    found = divide(works, threads)
    assert all(way in (0, 1) and not (way and work < 0) for way, work in zip(found, works, strict=True))
    ways = itertools.product(*[(0, 1) if work > 0 else (0,) for work in works])
    assert time(works, found, threads, meeting) == min(time(works, way, threads, meeting) for way in ways)


def test_one_thread_and_steps_without_work_share_nothing(divide):
    assert divide([10**9, 10**9], 1) == [0, 0]
    assert divide([0, -5, 0], 2) == [0, 0, 0]
    assert divide([10**12], 2) == [1]


def test_steps_are_chosen_together_between_those_that_need_a_barrier():
    """Where all sizes are numbers, or a step stands alone, the barriers are known when the model is compiled."""
    free, known = WorkLoad(symbol("N") * 9, symbol("N")), WorkLoad(5, 5)
    assert runs([free, known, None, free, None, known, known, None, known, free, free]) == {0: 2, 8: 11}
    assert runs([known, known]) == runs([free]) == runs([]) == {}
    assert loaded([[free], [known, known], [None], [known, None]]) == [free, WorkLoad(10, 1), None, None]
