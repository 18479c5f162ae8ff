"""One-hot rows times a matrix."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Convert, Equal, Gather, MatMul, Maximum, Minimum, OneHot, Squeeze
from dldt.compiler.types import Array, DType
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node, number
from dldt.passes.rewrite import Rewrite

_COUNTED = node(Convert, node(Equal, anything("column"), constant("positions")), name="rows")
_NAMED = node(OneHot, anything("index"), constant(), number(1), constant("off"), name="rows")
_SIGNED = (DType.i32, DType.i64)


@attrs.frozen
class _RowsTimesMatrix(Match):
    rows: Value
    matrix: Array
    column: Value | None = None
    positions: Array | None = None
    index: Value | None = None
    off: Array | None = None


@transform
class FuseOneHotIntoMatMul(Rewrite[_RowsTimesMatrix]):
    """A product of one-hot rows with a constant matrix picks rows of the matrix. A row without a one picks zeros: the
    matrix gets a row of zeros at both ends.

    ::

        OneHot(i, n) | Convert(Equal(i[..,1], 0…n-1)) → MatMul(w[n,m])   →   Gather([0; w; 0], clamp(i + 1, 0, n + 1))
    """

    pattern = node(MatMul, either(_COUNTED, _NAMED), constant("matrix"))

    def rewrite(self, match: _RowsTimesMatrix) -> Value | None:
        """The Gather of the matrix's rows."""
        op, matrix = match.root.op, match.matrix
        assert isinstance(op, MatMul)
        index = _index(match)
        if index is None or op.transpose_a or matrix.ndim != 2 or not np.isfinite(matrix).all():
            return None
        rows = matrix.T if op.transpose_b else matrix
        zeros = np.zeros((1, rows.shape[1]), rows.dtype)
        table = np.concatenate([zeros, rows, zeros])
        wide = index if index.type.dtype in _SIGNED else Convert(DType.i64)(index)
        number_type = wide.type.dtype.numpy
        shifted = Add()(wide, np.ones((), number_type))
        place = Minimum()(Maximum()(shifted, np.zeros((), number_type)), np.asarray(len(rows) + 1, number_type))
        return Gather()(table, place, np.zeros((), np.int64))


def _index(match: _RowsTimesMatrix) -> Value | None:
    """The integers that the one-hot rows stand for."""
    rows, root = match.rows, match.root
    size = rows.type.shape[-1]
    if not root.type.dtype.is_float:
        return None
    if match.index is not None and match.off is not None:
        assert isinstance(rows.op, OneHot)
        last = rows.op.axis % rows.type.rank == rows.type.rank - 1
        return match.index if last and not match.off.any() else None
    column, positions = match.column, match.positions
    assert column is not None
    assert positions is not None
    if column.type.dtype.is_float or column.type.dtype is DType.boolean or not isinstance(size, int):
        return None
    if column.type.shape != (*rows.type.shape[:-1], 1) or not _counts(positions, size):
        return None
    return Squeeze()(column, np.array([column.type.rank - 1]))


def _counts(positions: Array, size: int) -> bool:
    """Whether the constant is 0, 1 … ``size`` - 1 along its last axis."""
    return positions.shape[-1:] == (size,) and np.array_equal(positions.ravel(), np.arange(size))
