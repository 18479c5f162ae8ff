"""Comparisons of two inputs with broadcasting; the outcome is boolean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.dims import Dim, maximum_of, minimum_of
from dldt.compiler.errors import UndecidedShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.axes import require_same_type
from dldt.compiler.ops.elementwise import Binary
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType


class Comparison(Binary):
    """y = a ? b, boolean. On dims it answers where the symbols' bounds decide it."""

    shape_values = True

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        require_same_type(a, b, self.type)
        return TensorType(DType.boolean, self.common_shape(a, b))


def _same(a: Dim, b: Dim) -> bool:
    difference = a - b
    if isinstance(difference, int):
        return difference == 0
    if minimum_of(difference) > 0 or maximum_of(difference) < 0:
        return False
    raise UndecidedShapeError(f"cannot tell at compile time whether {a} equals {b}")


SAME: Callable[[Array, Array], Array] = np.frompyfunc(_same, 2, 1)


@op("opset1", traits=Trait.COMMUTATIVE | Trait.ROUNDING)
class Equal(Comparison):
    """y = (a == b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.asarray(SAME(a, b), dtype=bool) if a.dtype == object else np.equal(a, b)


@op("opset1", traits=Trait.COMMUTATIVE | Trait.ROUNDING)
class NotEqual(Comparison):
    """y = (a != b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return ~np.asarray(SAME(a, b), dtype=bool) if a.dtype == object else np.not_equal(a, b)


@op("opset1", traits=Trait.ROUNDING)
class Less(Comparison):
    """y = (a < b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.less(a, b)


@op("opset1", traits=Trait.ROUNDING)
class LessEqual(Comparison):
    """y = (a <= b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.less_equal(a, b)


@op("opset1", traits=Trait.ROUNDING)
class Greater(Comparison):
    """y = (a > b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.greater(a, b)


@op("opset1", traits=Trait.ROUNDING)
class GreaterEqual(Comparison):
    """y = (a >= b)"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.greater_equal(a, b)
