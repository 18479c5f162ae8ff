"""One-hot rows times a matrix become rows picked from a table, and what follows is computed once for the table."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.compiler.ops import Add, Clamp, Convert, Equal, Gather, Gelu, MatMul, Maximum, Minimum, Multiply, OneHot, ReLU
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.fold_arithmetic_into_table import FoldArithmeticIntoTable
from dldt.passes.transforms.fuse_one_hot_into_mat_mul import FuseOneHotIntoMatMul
from tests.passes.check import declined, graph_of, i64, random, rewritten

MATRIX = random(6, 3)
PICKED = "Gather([8,3], Minimum(Maximum(Add(x, 1), 0), 7), 0)"


def indices(*shape, dtype=DType.i32):
    return TensorType(dtype, shape)


def named(x, on=1.0, off=0.0, axis=-1):
    return OneHot(axis)(x, i64(6)[0], np.float32(on), np.float32(off))


POSITIONS = np.arange(6)


def counted(x, positions=POSITIONS):
    return Convert(DType.f32)(Equal()(x, positions.astype(x.type.dtype.numpy)))


def test_a_one_hot_operation():
    assert (
        rewritten(FuseOneHotIntoMatMul(), lambda g: MatMul()(named(g.parameter("x", indices(2, 5))), MATRIX)) == PICKED
    )


def test_a_comparison_with_positions():
    wanted = PICKED.replace("Add(x, 1)", "Add(Squeeze(x, [2]), 1)")

    def made(g):
        return MatMul()(counted(g.parameter("x", indices(2, 5, 1)), np.arange(6).reshape(1, 1, 6)), MATRIX)

    assert rewritten(FuseOneHotIntoMatMul(), made) == wanted


def test_a_transposed_matrix_and_narrow_indices():
    wanted = PICKED.replace("Add(x, 1)", "Add(Convert(x), 1)")

    def made(g):
        return MatMul(False, True)(named(g.parameter("x", indices(2, 5, dtype=DType.u8))), MATRIX.T.copy())

    assert rewritten(FuseOneHotIntoMatMul(), made) == wanted


def test_rows_without_a_one_are_zeros():
    graph = graph_of(lambda g: MatMul()(named(g.parameter("x", indices(7, dtype=DType.i64))), MATRIX))
    FuseOneHotIntoMatMul().apply(graph)
    x = np.array([0, 5, 6, -1, -6, 2**63 - 1, -(2**63)])
    with np.errstate(over="ignore"):
        got = interpret(graph, {"x": x})["y0"]
    np.testing.assert_array_equal(got, np.concatenate([MATRIX[[0, 5]], np.zeros((5, 3), np.float32)]))


DECLINED = {
    "another number than one": lambda g: MatMul()(named(g.parameter("x", indices(5)), on=2.0), MATRIX),
    "something elsewhere": lambda g: MatMul()(named(g.parameter("x", indices(5)), off=0.5), MATRIX),
    "columns": lambda g: MatMul()(named(g.parameter("x", indices(3)), axis=0), random(3, 3)),
    "transposed rows": lambda g: MatMul(True)(named(g.parameter("x", indices(6))), MATRIX),
    "infinite weights": lambda g: MatMul()(named(g.parameter("x", indices(5))), MATRIX * np.inf),
    "positions out of order": lambda g: MatMul()(counted(g.parameter("x", indices(5, 1)), np.arange(6)[::-1]), MATRIX),
    "no column": lambda g: MatMul()(counted(g.parameter("x", indices(5, 6))), MATRIX),
    "fractions": lambda g: MatMul()(counted(g.parameter("x", TensorType(DType.f32, (5, 1)))), MATRIX),
}


@pytest.mark.parametrize("name", DECLINED)
def test_other_products_stay(name):
    declined(FuseOneHotIntoMatMul(), DECLINED[name])


def picked(g, bound=lambda x: Minimum()(Maximum()(x, np.int32(0)), np.int32(5)), count=20):
    return Gather()(MATRIX, bound(g.parameter("x", indices(count))), i64(0)[0])


def test_arithmetic_is_done_once():
    def made(g):
        return Gelu()(Add()(Multiply()(picked(g), random(1, 3)), random(3, seed=2)))

    assert rewritten(FoldArithmeticIntoTable(), made) == "Gather([6,3], Minimum(Maximum(x, 0), 5), 0)"


def test_a_constant_on_the_left_and_a_clamp():
    def made(g):
        return Add()(g.constant(np.float32(2)), picked(g, Clamp(min=0, max=5)))

    assert rewritten(FoldArithmeticIntoTable(), made) == "Gather([6,3], Clamp(x), 0)"


KEPT = {
    "an index that may lie outside": lambda g: ReLU()(picked(g, lambda x: x)),
    "an index that may be negative": lambda g: ReLU()(picked(g, lambda x: Minimum()(x, np.int32(5)))),
    "an index past the end": lambda g: ReLU()(picked(g, Clamp(min=0, max=6))),
    "a table larger than what is picked": lambda g: ReLU()(picked(g, count=5)),
    "numbers that differ from row to row": lambda g: Add()(picked(g), random(20, 1)),
    "a second reader": lambda g: (lambda rows: (ReLU()(rows), Add()(rows, 1.0)))(picked(g)),
}


@pytest.mark.parametrize("name", KEPT)
def test_other_tables_stay(name):
    declined(FoldArithmeticIntoTable(), KEPT[name])
