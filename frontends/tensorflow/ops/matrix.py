"""Bands and diagonals of matrices, and products of vectors."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.comparison import Less, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd, LogicalOr
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.types import Array
from dldt.frontends.engine.known import required_int, required_ints
from dldt.frontends.tensorflow.diagonals import Diagonals
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import count_up, integer, ints, joined, like, size, sizes, wide


def _band(input: Value, num_lower: Value, num_upper: Value) -> Value:
    """The elements at most so far below and above the main diagonal, 0 elsewhere; negative: all of them."""
    if input.type.rank < 2:
        raise ShapeError(f"{input.type} is no matrix")
    rows, columns = (count_up(input, size(input, input.type.rank - k)) for k in (2, 1))
    above = Subtract()(Unsqueeze()(columns, ints(0)), Unsqueeze()(rows, ints(1)))
    below, zero = Subtract()(Unsqueeze()(rows, ints(1)), Unsqueeze()(columns, ints(0))), integer(0)
    kept = [
        LogicalOr()(Less()(wide(most), zero), LessEqual()(far, wide(most)))
        for most, far in ((num_lower, below), (num_upper, above))
    ]
    return Select()(LogicalAnd()(*kept), input, like(input, 0))


for _name in ("MatrixBandPart", "BatchMatrixBandPart"):
    TENSORFLOW.imports(_name)(_band)


def _diag(diagonal: Value) -> Value:
    """Matrices with this diagonal, 0 elsewhere."""
    return _matrices(diagonal, (0, 0), -1, -1, like(diagonal, 0), "LEFT_LEFT")


for _name in ("MatrixDiag", "BatchMatrixDiag"):
    TENSORFLOW.imports(_name)(_diag)


@TENSORFLOW.imports("MatrixDiagV2")
def matrix_diag_v2(diagonal: Value, k: Value, num_rows: Value, num_cols: Value, padding_value: Value) -> Value:
    """Matrices with these diagonals, a number elsewhere."""
    return matrix_diag_v3(diagonal, k, num_rows, num_cols, padding_value, align="LEFT_LEFT")


@TENSORFLOW.imports("MatrixDiagV3")
def matrix_diag_v3(
    diagonal: Value, k: Value, num_rows: Value, num_cols: Value, padding_value: Value, *, align: str = "RIGHT_LEFT"
) -> Value:
    """The same; `align` says where short diagonals stand in their rows."""
    rows, columns = required_int(num_rows, "the input 'num_rows'"), required_int(num_cols, "the input 'num_cols'")
    return _matrices(diagonal, _range(k), rows, columns, padding_value, align)


def _diag_part(input: Value) -> Value:
    """The main diagonals of matrices."""
    return _parts(input, (0, 0), like(input, 0), "LEFT_LEFT")


for _name in ("MatrixDiagPart", "BatchMatrixDiagPart"):
    TENSORFLOW.imports(_name)(_diag_part)


@TENSORFLOW.imports("MatrixDiagPartV2")
def matrix_diag_part_v2(input: Value, k: Value, padding_value: Value) -> Value:
    """Some diagonals of matrices, filled up with a number."""
    return _parts(input, _range(k), padding_value, "LEFT_LEFT")


@TENSORFLOW.imports("MatrixDiagPartV3")
def matrix_diag_part_v3(input: Value, k: Value, padding_value: Value, *, align: str = "RIGHT_LEFT") -> Value:
    """The same; `align` says where short diagonals stand in their rows."""
    return _parts(input, _range(k), padding_value, align)


def _set_diag(input: Value, diagonal: Value) -> Value:
    """Matrices with another main diagonal."""
    return _replaced(input, diagonal, (0, 0), "LEFT_LEFT")


for _name in ("MatrixSetDiag", "BatchMatrixSetDiag"):
    TENSORFLOW.imports(_name)(_set_diag)


@TENSORFLOW.imports("MatrixSetDiagV2")
def matrix_set_diag_v2(input: Value, diagonal: Value, k: Value) -> Value:
    """Matrices with other diagonals."""
    return _replaced(input, diagonal, _range(k), "LEFT_LEFT")


@TENSORFLOW.imports("MatrixSetDiagV3")
def matrix_set_diag_v3(input: Value, diagonal: Value, k: Value, *, align: str = "RIGHT_LEFT") -> Value:
    """The same; `align` says where short diagonals stand in their rows."""
    return _replaced(input, diagonal, _range(k), align)


@TENSORFLOW.imports("Diag")
def diag(diagonal: Value) -> Value:
    """A tensor of twice the rank with these elements on its diagonal."""
    shape = diagonal.type.static_shape
    square = _diag(Reshape()(diagonal, ints(-1)))
    return Reshape()(square, ints(*shape, *shape))


@TENSORFLOW.imports("DiagPart")
def diag_part(input: Value) -> Value:
    """The diagonal of a tensor whose dims are a shape twice."""
    shape = input.type.static_shape
    half = shape[: len(shape) // 2]
    if half * 2 != shape:
        raise ShapeError(f"the dims of {input.type} are not a shape twice")
    count = int(np.prod(half))
    return Reshape()(_diag_part(Reshape()(input, ints(count, count))), ints(*half))


@TENSORFLOW.imports("Cross")
def cross(a: Value, b: Value) -> Value:
    """The vector product along the last axis."""
    axis = integer(a.type.rank - 1)
    turned = [
        Gather()(x, ints(*order), axis) for x, order in ((a, (1, 2, 0)), (b, (2, 0, 1)), (a, (2, 0, 1)), (b, (1, 2, 0)))
    ]
    return Subtract()(Multiply()(turned[0], turned[1]), Multiply()(turned[2], turned[3]))


def _range(k: Value) -> tuple[int, int]:
    found = required_ints(k, "the input 'k'")
    if len(found) not in (1, 2):
        raise InputError(f"k has {len(found)} numbers; it must have one or two")
    return found[0], found[-1]


def _fixed(x: Value, count: int) -> tuple[int, ...]:
    dims = x.type.shape[x.type.rank - count :]
    if x.type.rank < count or not all(isinstance(dim, int) for dim in dims):
        raise ShapeError(f"the last {count} dims of {x.type} must be fixed")
    return tuple(int(dim) for dim in dims)


def _flat(x: Value, count: int) -> Value:
    """The last axes joined."""
    if count == 1:
        return x
    return Reshape()(x, joined(sizes(x, range(x.type.rank - count)), ints(-1)) if x.type.rank > count else ints(-1))


def _picked(flat: Value, table: Array, padding: Value | Array) -> Value:
    """The elements at the places of a table along the last axis; -1 is the padding."""
    source, axis = flat, flat.type.rank - 1
    if (table < 0).any():
        behind = np.eye(flat.type.rank, dtype=np.int64)[axis]
        source = Pad("constant")(flat, np.zeros_like(behind), behind, padding)
        table = np.where(table < 0, _fixed(flat, 1)[0], table)
    return Gather()(source, table.astype(np.int64), integer(axis))


def _matrices(x: Value, k: tuple[int, int], rows: int, columns: int, padding: Value | Array, align: str) -> Value:
    lower, upper = k
    single = lower == upper
    length = _fixed(x, 1)[0]
    least = (length - min(upper, 0), length + max(lower, 0))
    if rows < 0 and columns < 0:
        rows = columns = max(least)
    which = Diagonals(rows if rows >= 0 else least[0], columns if columns >= 0 else least[1], lower, upper, align)
    if which.length != length or (not single and _fixed(x, 2)[0] != which.count):
        raise ShapeError(f"the diagonals {x.type} are not those of {which.rows} rows and {which.columns} columns")
    return _picked(_flat(x, 1 if single else 2), which.packed(), padding)


def _parts(x: Value, k: tuple[int, int], padding: Value | Array, align: str) -> Value:
    rows, columns = _fixed(x, 2)
    made = _picked(_flat(x, 2), Diagonals(rows, columns, *k, align).matrix(), padding)
    return Squeeze()(made, ints(made.type.rank - 2)) if k[0] == k[1] else made


def _replaced(x: Value, diagonal: Value, k: tuple[int, int], align: str) -> Value:
    rows, columns = _fixed(x, 2)
    which = Diagonals(rows, columns, *k, align)
    packed = which.packed()
    own = np.arange(rows * columns).reshape(rows, columns)
    table = np.where(packed < 0, own, rows * columns + packed)
    flat, other = _flat(x, 2), _flat(diagonal, 1 if k[0] == k[1] else 2)
    return _picked(Concat(flat.type.rank - 1)(flat, other), table, like(x, 0))
