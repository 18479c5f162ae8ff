"""Products of two computed matrices: the micro-kernel reads operands in place, and stores where the next reads."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.batch_matmul.problem import Matrix, Product
from dldt.codegen.kernels.batch_matmul.tiles import choose_product_tile
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.native import run_native
from tests.codegen.test_micro import ALLOWED, MULTIPLY_ADDS, SPILLS, inner_loops

HEADS, SIZE = 4, 24


def head_major(x, shape, order):
    return ops.Transpose()(ops.Reshape(True)(x, np.array(shape, np.int64)), np.array(order, np.int64))


def attention_graph(batch, steps):
    """softmax(q·kᵀ/√d + mask)·v over heads, from [batch, steps, HEADS*SIZE] to the same."""
    graph = Graph("attention")
    t = TensorType(DType.f32, (batch, steps, HEADS * SIZE))
    q, k, v = (head_major(ops.ReLU()(graph.parameter(n, t)), (0, 0, HEADS, SIZE), (0, 2, 1, 3)) for n in "qkv")
    mask = graph.parameter("mask", TensorType(DType.f32, (batch, 1, 1, steps)))
    scores = ops.Multiply()(ops.MatMul(False, True)(q, k), np.float32(SIZE**-0.5))
    chances = ops.Softmax8(-1)(ops.Add()(scores, mask))
    mixed = ops.Transpose()(ops.MatMul()(chances, v), np.array([0, 2, 1, 3]))
    graph.result(ops.Reshape(True)(mixed, np.array([0, 0, HEADS * SIZE])), "y")
    return graph


def attention(q, k, v, mask):
    def heads(x):
        return np.maximum(x, 0).astype(np.float64).reshape(*x.shape[:2], HEADS, SIZE).transpose(0, 2, 1, 3)

    scores = heads(q) @ heads(k).swapaxes(-1, -2) * SIZE**-0.5 + mask
    chances = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = chances / chances.sum(-1, keepdims=True) @ heads(v)
    return mixed.transpose(0, 2, 1, 3).reshape(q.shape)


def feeds(batch, steps):
    rng = np.random.default_rng(7)
    made = {n: rng.standard_normal((batch, steps, HEADS * SIZE)).astype(np.float32) for n in "qkv"}
    return made | {"mask": np.where(rng.random((batch, 1, 1, steps)) < 0.3, -1e4, 0).astype(np.float32)}


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3", "host"])
@pytest.mark.parametrize("steps", [1, 7, 50])
def test_attention(steps, level, tmp_path):
    inputs = feeds(2, steps)
    got = run_native(attention_graph(2, steps), inputs, resolve_target(level), tmp_path, threads=2)["y"]
    np.testing.assert_allclose(got, attention(**inputs), atol=2e-6)


def test_attention_of_free_lengths(tmp_path):
    graph = attention_graph(symbol("N"), symbol("T"))
    for batch, steps in ((1, 1), (2, 13), (3, 50)):
        inputs = feeds(batch, steps)
        got = run_native(graph.copy(), inputs, resolve_target("host"), tmp_path)["y"]
        np.testing.assert_allclose(got, attention(**inputs), atol=2e-6)


@pytest.mark.parametrize(("batch", "steps"), [(2, 50), (symbol("N"), symbol("T"))])
def test_heads_are_neither_gathered_nor_scattered_by_kernels_of_their_own(batch, steps):
    """ReLU thrice, scores, softmax, values: the transpositions are index arithmetic."""
    kernels = assemble(attention_graph(batch, steps), resolve_target("x86-64-v4")).calls.kernels
    algorithms = [kernel.implementation.algorithm.split("_")[0] for kernel in kernels]
    assert algorithms == ["loops"] * 3 + ["product", "loops", "product"]


def test_a_product_with_itself(tmp_path):
    """Both operands are one buffer."""
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (33, 20)))
    graph.result(ops.MatMul(False, True)(x, x), "y")
    data = np.random.default_rng(3).standard_normal((33, 20)).astype(np.float32)
    got = run_native(graph, {"x": data}, resolve_target("host"), tmp_path)["y"]
    np.testing.assert_allclose(got, data @ data.T, atol=1e-5)


def test_an_operand_in_channel_blocks(tmp_path):
    """What a convolution makes lies in blocks of channels: the product reads a plain copy."""
    graph = Graph()
    rng = np.random.default_rng(5)
    x = graph.parameter("x", TensorType(DType.f32, (1, 3, 6, 7)))
    weights = rng.standard_normal((20, 3, 1, 1)).astype(np.float32)
    y = ops.Reshape(True)(ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(x, weights), np.array([1, 20, 42]))
    graph.result(ops.MatMul(True, False)(y, y), "y")
    data = rng.standard_normal((1, 3, 6, 7)).astype(np.float32)
    rows = np.einsum("oc,chw->ohw", weights[:, :, 0, 0], data[0]).reshape(20, 42)
    got = run_native(graph, {"x": data}, resolve_target("host"), tmp_path)["y"]
    np.testing.assert_allclose(got[0], rows.T @ rows, atol=1e-4)


@pytest.mark.parametrize("level", TARGETS)
@pytest.mark.parametrize("transposed", [False, True])
def test_no_accumulator_is_spilled(transposed, level):
    target = TARGETS[level]
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (4, 64, 64)))
    graph.result(ops.MatMul(False, transposed)(x, graph.parameter("y", TensorType(DType.f32, (4, 64, 64)))), "z")
    codes = compile_modules(assemble(graph, target).modules, target, assembly=True)
    loops = [body for code in codes for body in inner_loops(code.assembly, target.arch)]
    assert loops, "no inner loop was found in the assembly"
    for body in loops:
        spills = [line for line in body.splitlines() if SPILLS[target.arch].search(line)]
        assert len(spills) <= ALLOWED.get(level, 0) * len(MULTIPLY_ADDS[target.arch].findall(body)), "\n".join(spills)


def plain(rows, columns, depth, *, transposed=False):
    b = Matrix(0, depth, 1) if transposed else Matrix(0, 1, columns)
    return Product((), rows, columns, depth, Matrix(0, depth, 1), b)


@pytest.mark.parametrize(
    ("problem", "packed"),
    [
        (plain(64, 64, 64), True),
        (plain(1, 64, 64), False),
        (plain(1, 64, 64, transposed=True), True),
        (plain(64, 64, symbol("S")), False),
        (plain(64, 64, 1 << 20), False),
    ],
)
def test_choice(problem, packed):
    tile = choose_product_tile(problem, TARGETS["x86-64-v4"])
    assert tile is not None
    assert tile.packed is packed


@pytest.mark.parametrize("problem", [plain(64, 2, 64), plain(64, 64, symbol("S"), transposed=True)])
def test_loops_do_the_rest(problem):
    assert choose_product_tile(problem, TARGETS["x86-64-v4"]) is None
