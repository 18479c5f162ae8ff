"""A model may call its free dims anything: like loop variables and all other names inside of the compiler, like
keywords, like no name at all. Native code gives what the interpreter gives, and the user sees his own names."""

from __future__ import annotations

import ast
import functools
import keyword
import random
from pathlib import Path

import numpy as np
import pytest

import dldt.codegen
from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import DefinedDim, FreeDim, symbol
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.text import constant_table, parse_graph, print_graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import RuntimeInputError, load
from dldt.tools.inspect import main as inspect_main
from tests.codegen.free_dim_models import Builder, dense, joined, matrices
from tests.codegen.internal_names import fixed_names, kernel_names, llvm_names, lowered_names, source_names
from tests.codegen.native import difference
from tests.codegen.test_lower_cases import CASES, SYMBOLIC
from tests.ops.case import normal

C = """auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main errno NULL"""
LLVM = """define declare void i1 i64 float double ptr label metadata token opaque x86_amx undef poison zeroinitializer
null true false none global constant internal external hidden private align nounwind noalias readonly nocapture
alignstack type target triple datalayout source_filename attributes module asm entry phi br switch ret load store
getelementptr extractelement shufflevector add nsw fadd fast icmp select call tail llvm.smax.i64 llvm.fma.v16f32"""
ODD = [
    *("", " ", "batch size", " N", "N ", "a\tb", "a\nb", "a\r\nb", "\x00", "\x1b[31m", "\x7f\x85", "\u2028\u2029"),
    *('"', "'", '""', 'a"b', "it's", "\\", "\\\\", '\\"', "a\\", "\\n", "\\22", "`", "N'", "i0'", "N?"),
    *("$", "$x", "%x", "%", "%1", "@x", "@KERNEL", "!0", "#0", ";", "; x", "//", "/*", "*/", "#include", "--", "<!--"),
    *(
        "a+b",
        "2*N",
        "N*2",
        "a-1",
        "-1",
        "-N",
        "N//2",
        "N%2",
        "max(a,b)",
        "min(N, 2)",
        "(N)",
        "f(N)",
        "N,M",
        "[N]",
        "{N}",
    ),
    *(
        "a,b",
        "a\\,b",
        "a;b",
        "a.b",
        "p2o.DynamicDimension.0",
        "x:0",
        "a=b",
        "a|b",
        "a&b",
        "<a>",
        "&amp;",
        "]]>",
        "N==M",
    ),
    *("0", "1", "42", "007", "1e3", "1_000", "0x10", "?", "..", "1..8", "...", "s0", "s1", "dim.N", "dim", "N" * 150),
    *("é", "e\u0301", "批量", "ﬁ", "fi", "ℵ", "🦜", "\u202eN", "\ufeff", "\ufffe", "\U0010ffff", "\u041a", "K", "ªº"),
]
HOST = resolve_target("host")
MOST = 31
"""Free dims of the joined model."""


def neutral():
    """Names that nobody else has."""
    return (f"user_dim_{k}" for k in range(1000))


@functools.cache
def internal():
    """The names of loop variables, and all other names that are collected."""
    model = assemble(joined(neutral()).graph, HOST)
    loops = fixed_names() | kernel_names(model.calls.kernels)
    loops |= lowered_names([*((case, case.types()) for case in CASES), *SYMBOLIC], HOST)
    return sorted(loops), sorted((source_names() | llvm_names(model)) - loops)


def rounds(full):
    """The names of each model: every loop variable twice at least, every keyword and odd name, and some of all others
    (``full``: all, and loop variables in many places)."""
    rng = random.Random(9)
    loops, others = internal()
    words = sorted({*keyword.kwlist, *keyword.softkwlist, *C.split(), *LLVM.split()})
    plain = [name for name in loops if name.isalnum()]
    rest = [name for name in loops if not name.isalnum()]
    lists = [plain] * (10 if full else 2)
    lists.append([*ODD, *rest] if full else [*ODD, *rng.sample(rest, 10)])
    lists.append([*words, *others] if full else [*rng.sample(words, 40), *rng.sample(others, 22)])
    found = []
    for names in lists:
        shuffled = rng.sample(names, len(names))
        while shuffled:
            taken, shuffled = shuffled[:MOST], shuffled[MOST:]
            found.append([*taken, *(f"user_dim_{k}" for k in range(MOST - len(taken)))])
    return found


def check(made: Builder, folder):
    path = folder / "model.so"
    compile_graph(made.graph, path, HOST, cache=False)
    expected = interpret(made.graph, made.feeds)
    with load(path, threads=2) as model, np.errstate(all="ignore"):
        found = model.run(made.feeds)
    wrong = {key: difference(found[key], want) for key, want in expected.items() if found[key].shape == want.shape}
    assert wrong.keys() == expected.keys()
    assert {key: error for key, error in wrong.items() if error > 1e-5} == {}
    return path


def test_names_are_collected():
    """What the lists would be without: a collector that finds nothing finds no clash."""
    loops, others = internal()
    assert {"n", "row", "pixel", "block", "lane", "channel", "column", "line", "depth", "$quotient"} <= set(loops)
    assert {"i0", "m0", "n0", "k0", "r1", "at0", "m0o", "i1b", "k"} <= set(loops)
    assert {"weights", "scratch", "lo", "hi", "out", "a0", "dims", "request", "entry", "llvm.fma", "udiv"} <= set(
        others
    )


def test_loop_variables_are_made_in_one_folder():
    """But for those of a plan that is read again. They are called by a word, so that word and number together are of
    one variable alone."""
    makers, words = set(), set()
    for path in Path(dldt.codegen.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name == "LoopVariable":
                makers.add(path.relative_to(dldt.codegen.__path__[0]).as_posix())
            if name == "LoopVariable" or (name in ("variable", "axis") and isinstance(node.args[0], ast.Constant)):
                words |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert {maker for maker in makers if not maker.startswith("loop/")} == {"kernels/recorded.py"}
    assert {"row", "k", "at", "r"} <= words
    assert [word for word in words if word[-1].isdigit()] == []


def test_the_models_use_every_micro_kernel():
    made = joined(neutral())
    assert len(made.sizes) == MOST
    algorithms = {
        kernel.implementation.algorithm.split("_")[0]
        for kernel in assemble(made.graph, TARGETS["x86-64-v3"]).calls.kernels
    }
    assert algorithms == {"conv", "winograd", "product", "lstm", "loops", "columns"}


@pytest.mark.parametrize("part", range(4))
def test_native_code_does_not_depend_on_names(part, tmp_path, request):
    chosen = rounds(request.config.getoption("--all-dim-names"))[part::4]
    assert chosen
    for seed, names in enumerate(chosen):
        check(joined(iter(names), seed), tmp_path)


@pytest.mark.parametrize("name", ["row", "n", "pixel", "block", "lane"])
def test_a_product_with_weights_of_a_dim_called_like_a_loop_variable(name, tmp_path):
    graph, size = Graph("issue"), 7
    x = graph.parameter("x", TensorType(DType.f32, (2, symbol(name), 40)))
    weights, bias, data = normal(40, 24, seed=1), normal(24, seed=2), normal(2, size, 40)
    graph.result(ops.Add()(ops.MatMul()(x, weights), bias), "y")
    compile_graph(graph, tmp_path / "m.so", HOST)
    with load(tmp_path / "m.so") as model:
        np.testing.assert_allclose(model.run({"x": data})["y"], data @ weights + bias, rtol=0, atol=2e-5)


def test_the_kernels_are_the_same_every_time():
    """No number of a loop variable counts what was compiled before."""
    one, two = (assemble(joined(neutral()).graph, HOST) for _ in range(2))
    assert [m.write() for m in one.modules] == [m.write() for m in two.modules]
    digests = [[kernel.emit.digest() for kernel in model.calls.kernels] for model in (one, two)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("start", range(0, len(ODD), MOST))
def test_text_and_ir_keep_names(start, tmp_path):
    names = [*ODD[start : start + MOST], *(f"user_dim_{k}" for k in range(MOST))]
    graph = joined(iter(names)).graph
    text = print_graph(graph)
    again = parse_graph(text, constant_table(graph))
    assert print_graph(again) == text
    assert [v.type for v in again.inputs] == [v.type for v in graph.inputs]
    read = read_ir(write_ir(graph, tmp_path / "m.xml")[0])
    assert [v.type for v in read.inputs] == [v.type for v in graph.inputs]


def test_the_user_sees_his_own_names(tmp_path, capsys):
    """A name that looks like an expression of another dim is none."""
    graph = Graph("two")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), symbol("2*N", 2))))
    y = graph.parameter("y", TensorType(DType.f32, (2 * symbol("N"), symbol("batch size"))))
    graph.result(ops.ReLU()(x), "x2")
    graph.result(ops.Concat(0)(y, y), "y2")
    compile_graph(graph, tmp_path / "m.so", HOST)
    assert inspect_main([str(tmp_path / "m.so")]) == 0
    shown = capsys.readouterr().out
    for line in ('x: f32[N,"2*N"]', 'y: f32[2*N,"batch size"]', "N in 1..", '"2*N" in 2..', '"batch size" in 1..'):
        assert line in shown
    with load(tmp_path / "m.so") as model:
        made = model.run({"x": np.ones((3, 4), "f4"), "y": np.ones((6, 2), "f4")})
        assert made["y2"].shape == (12, 2)
        with pytest.raises(RuntimeInputError, match="input 'x': the dim \"2\\*N\" must be at least 2, but it is 1"):
            model.run({"x": np.ones((3, 1), "f4"), "y": np.ones((6, 2), "f4")})
        with pytest.raises(RuntimeInputError, match=r"input 'y': dim 0 must be 2\*N = 6, but the array has 4"):
            model.run({"x": np.ones((3, 4), "f4"), "y": np.ones((4, 2), "f4")})


@pytest.mark.parametrize("model", [dense, matrices])
def test_a_dim_that_nobody_finds_is_told_by_its_kind(model):
    """Though the user has a dim of that name."""
    made = Builder(iter(["N", "M", "K"]), 0)
    made.graph.result(model(made), "y")
    x = made.graph.parameter("found", TensorType(DType.f32, (DefinedDim("N").dim, 4)))
    made.graph.result(ops.ReLU()(x), "z")
    assert FreeDim("N") in made.sizes
    with pytest.raises(InternalError, match=r"no task finds the dim N\?"):
        assemble(made.graph, HOST)
