"""Winograd's algorithm gives what the convolution's definition gives, and the same on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.objective import Objective
from dldt.codegen.kernels.winograd.choose import F2, F4, F5, F6, F7, FORMS
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.native import run_emulated
from tests.codegen.qemu import require_emulator, run_artifact
from tests.codegen.winograd_case import WinogradCase, force

# Largest errors over the largest output, some ten times those measured (F4 on 512 channels: 5e-6).
TOLERANCE = {(2, 2): 5e-6, (4, 4): 2e-5}

CASES = [
    WinogradCase(16, 16, 7, 7),
    WinogradCase(20, 96, 13, 13, finish=False),
    WinogradCase(64, 64, 14, 14, begin=(0, 0), end=(0, 0)),
    WinogradCase(96, 20, 30, 17, begin=(0, 1), end=(1, 0)),
    WinogradCase(64, 48, 9, 33, batch=3),
    WinogradCase(20, 36, 5, 6, begin=(2, 0), end=(2, 3), batch=2, symbolic=True),
    WinogradCase(5, 7, 2, 1, batch=2, finish=False),
    WinogradCase(24, 40, 13, 11, batch=5),
    WinogradCase(16, 16, 21, 19, batch=3, symbolic=True),
    WinogradCase(512, 32, 8, 8),
]
TWO = (2, 2)
HALVED = [
    WinogradCase(128, 64, 28, 28, strides=TWO),
    WinogradCase(96, 20, 15, 30, begin=(0, 0), strides=TWO),
    WinogradCase(20, 36, 5, 6, begin=(2, 0), end=(2, 3), batch=2, symbolic=True, strides=TWO),
    WinogradCase(5, 7, 4, 3, batch=2, finish=False, strides=TWO),
    WinogradCase(512, 32, 14, 14, strides=TWO),
]
FEW = [WinogradCase(20, 36, 13, 14, end=(0, 1)), WinogradCase(8, 12, 7, 7, batch=2, symbolic=True)]


def changes(summary):
    """What the notes say of the numbers, but for weights whose storage changes none."""
    return [note.split(":")[0] for note in summary.notes if "exactly" not in note]


def check(case: WinogradCase, form, y: np.ndarray) -> None:
    expected = case.expected()
    assert y.shape == expected.shape
    tolerance = TOLERANCE.get(form.outputs, 2e-5) if form.kernel != (5, 5) else 4e-5
    assert np.abs(y - expected).max() <= tolerance * np.abs(expected).max()


def target_or_skip(level):
    target = resolve_target(level)
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    return target


@pytest.mark.parametrize("form", [F2, F4], ids=["F2", "F4"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_the_convolution(case, form, tmp_path, monkeypatch):
    force(monkeypatch, form)
    # Whatever its filters' bytes are worth, which depends on the machine's caches.
    target = resolve_target("host")
    summary = compile_graph(case.graph(), tmp_path / "m.so", target, optimize=Objective.speed)
    assert [note.split(":")[0] for note in summary.notes if "exactly" not in note] == [
        "1 convolution(s) by Winograd's algorithm"
    ]
    results = []
    for threads in (1, 2, 3):
        with load(tmp_path / "m.so", threads=threads) as model:
            results.append(model.run(case.feeds())["y"])
    check(case, form, results[0])
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


@pytest.mark.parametrize(("form", "channels"), [(F5, 512), (F6, 512), (F7, 128)], ids=["F5", "F6", "F7"])
def test_many_results_round_within_the_limit(form, channels, tmp_path, monkeypatch):
    """1e-4 of the largest result is allowed; measured: 3e-5 at most, on inputs that are as ReLU leaves them."""
    force(monkeypatch, form)
    case = WinogradCase(channels, 32, 14, 14, finish=False)
    compile_graph(case.graph(), tmp_path / "m.so", resolve_target("host"))
    x = np.maximum(case.arrays()["x"], 0)
    with load(tmp_path / "m.so", threads=1) as model:
        y = model.run({"x": x})["y"]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x[0].astype("f8"), ((0, 0), (1, 1), (1, 1))), (3, 3), (1, 2)
    )
    expected = np.einsum("chwij,ocij->ohw", windows, case.arrays()["w"].astype("f8"), optimize=True)
    error = np.abs(y[0] - expected).max() / np.abs(expected).max()
    assert error <= 6e-5


OTHERS = [form for form in FORMS if form not in (F2, F4)]


def named(form) -> str:
    return "F({}x{},{}x{})s{}".format(*form.outputs, *form.kernel, form.strides[0])


@pytest.mark.parametrize("form", [form for form in FORMS if form.strides == TWO], ids=named)
@pytest.mark.parametrize("case", HALVED, ids=str)
def test_every_second_result(case, form, tmp_path, monkeypatch):
    force(monkeypatch, form)
    target = resolve_target("host")
    summary = compile_graph(case.graph(), tmp_path / "m.so", target, optimize=Objective.speed)
    assert [note.split(":")[0] for note in summary.notes if "exactly" not in note] == [
        "1 convolution(s) by Winograd's algorithm"
    ]
    results = []
    for threads in (1, 2):
        with load(tmp_path / "m.so", threads=threads) as model:
            results.append(model.run(case.feeds())["y"])
    check(case, form, results[0])
    assert np.array_equal(*results)


@pytest.mark.parametrize("form", OTHERS, ids=named)
@pytest.mark.parametrize("size", [(64, 40, 17, 23, 1, False), (20, 36, 9, 6, 3, True)], ids=str)
def test_other_kernels(size, form, tmp_path, monkeypatch):
    *sizes, batch, symbolic = size
    pads = tuple(k // 2 for k in form.kernel)
    some = {"batch": batch, "symbolic": symbolic, "kernel": form.kernel, "strides": form.strides}
    case = WinogradCase(*sizes, begin=pads, end=pads, **some)
    force(monkeypatch, form)
    target = resolve_target("host")
    summary = compile_graph(case.graph(), tmp_path / "m.so", target, optimize=Objective.speed)
    assert [note.split(":")[0] for note in summary.notes if "exactly" not in note] == [
        "1 convolution(s) by Winograd's algorithm"
    ]
    with load(tmp_path / "m.so", threads=2) as model:
        check(case, form, model.run(case.feeds())["y"])


@pytest.mark.parametrize("form", [OTHERS[0], OTHERS[2], OTHERS[5]], ids=named)
def test_other_kernels_on_aarch64(form, tmp_path, monkeypatch):
    require_emulator(TARGETS["aarch64"])
    force(monkeypatch, form)
    pads = tuple(k // 2 for k in form.kernel)
    case = WinogradCase(20, 24, 7, 9, begin=pads, end=pads, kernel=form.kernel, strides=form.strides)
    check(case, form, run_emulated(case.graph(), case.feeds(), TARGETS["aarch64"], tmp_path)["y"])


@pytest.mark.parametrize("form", [F2, F4], ids=["F2", "F4"])
@pytest.mark.parametrize("level", ["x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize("case", FEW, ids=str)
def test_it_is_the_convolution_on_every_level(case, level, form, tmp_path, monkeypatch):
    target = target_or_skip(level)
    force(monkeypatch, form)
    compile_graph(case.graph(), tmp_path / "m.so", target)
    with load(tmp_path / "m.so", threads=2) as model:
        check(case, form, model.run(case.feeds())["y"])


@pytest.mark.parametrize("form", [F2, F4], ids=["F2", "F4"])
def test_it_is_the_convolution_on_aarch64(form, tmp_path, monkeypatch):
    require_emulator(TARGETS["aarch64"])
    force(monkeypatch, form)
    check(FEW[0], form, run_emulated(FEW[0].graph(), FEW[0].feeds(), TARGETS["aarch64"], tmp_path)["y"])


@pytest.mark.parametrize("batch", [1, 2])
def test_groups_one_by_one(batch, tmp_path, monkeypatch):
    """Two groups of 32 → 48 channels, each a product of its own, into and out of one tensor."""
    force(monkeypatch, F4)
    rng = np.random.default_rng(4)
    x = rng.standard_normal((batch, 64, 13, 10), np.float32)
    w = rng.standard_normal((2, 48, 32, 3, 3), np.float32)
    bias = rng.standard_normal((1, 96, 1, 1), np.float32)
    graph = Graph("groups")
    value = ops.ReLU()(graph.parameter("x", TensorType(DType.f32, x.shape)))
    made = ops.GroupConvolution((1, 1), (1, 1), (1, 1), (1, 1))(value, w)
    graph.result(ops.Add()(made, bias), "y")
    summary = compile_graph(graph, tmp_path / "m.so", resolve_target("host"))
    assert [note.split(":")[0] for note in summary.notes if "exactly" not in note] == [
        "1 convolution(s) by Winograd's algorithm"
    ]
    with load(tmp_path / "m.so", threads=2) as model:
        got = model.run({"x": x})["y"]
    padded = np.pad(np.maximum(x, 0).astype("f8"), ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3)).reshape(batch, 2, 32, 13, 10, 3, 3)
    wanted = np.einsum("ngchwij,gocij->ngohw", windows, w).reshape(batch, 96, 13, 10) + bias
    assert np.abs(got - wanted).max() <= 2e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("case", [CASES[1], CASES[5]], ids=str)
def test_nothing_is_touched_past_the_scratch_memory(case, tmp_path, monkeypatch):
    """The arena of this host ends, scratch memory and all, where a page begins that may not be touched."""
    force(monkeypatch, F4)
    compile_graph(case.graph(), tmp_path / "m.so", target_or_skip("x86-64-v2"))
    check(case, F4, run_artifact(tmp_path / "m.so", case.feeds(), threads=2)["y"])


def test_padding_lanes_do_not_matter(tmp_path, monkeypatch):
    """The lanes beyond the 20 real channels hold the NaN that an earlier run left there."""
    force(monkeypatch, F4)
    case = WinogradCase(20, 20, 9, 9)
    compile_graph(case.graph(), tmp_path / "m.so", resolve_target("host"))
    with load(tmp_path / "m.so", threads=1) as model:
        request = model.create_request()
        request.run({name: np.full_like(array, np.nan) for name, array in case.feeds().items()})
        check(case, F4, request.run(case.feeds())["y"])
