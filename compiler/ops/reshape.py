"""Change of shape, elements and their order kept."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.compiler.condition import Condition
from dldt.compiler.dims import Dim, floordiv, minimum_of, product
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import current, defined, is_found, same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dims, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@op("opset1", traits=Trait.VIEW | Trait.PERMUTATION | Trait.IDENTITY_IF_TYPED_ALIKE)
class Reshape(Op):
    """y = the elements of x in the given shape; one -1 takes what is left, 0 copies x's dim where ``special_zero``"""

    shape_values = True

    special_zero: bool = attrs.field(default=False)

    def infer(self, data: TensorType, shape: TensorType) -> TensorType:
        pattern = known_dims(shape, "shape", self.type)
        special = [may_be_special(dim, _conditions(), special_zero=self.special_zero) for dim in pattern]
        if any(special):
            return TensorType(data.dtype, self._found_shape(data.shape, pattern, special))
        return TensorType(data.dtype, target_shape(data.shape, pattern, self.special_zero))

    def _found_shape(self, data: Shape, pattern: tuple[Dim, ...], special: Sequence[bool]) -> Shape:
        """The shape where numbers of the pattern are computed from data and may turn out to be -1 or 0."""
        copied = [self.special_zero and dim == 0 and i < len(data) for i, dim in enumerate(pattern)]
        shape = tuple(
            data[i] if copied[i] else defined(f"dim{i}") if dim == -1 or special[i] else dim
            for i, dim in enumerate(pattern)
        )
        same(product(shape), product(data), "the number of elements")
        return shape

    def evaluate(self, data: Array, shape: Array) -> Array:
        target = target_shape(data.shape, tuple(int(dim) for dim in shape.ravel()), self.special_zero)
        return data.reshape(tuple(int(dim) for dim in target))


def may_be_special(dim: Dim, conditions: Sequence[Condition], *, special_zero: bool) -> bool:
    """Whether a dim of a pattern is found when the model runs and may then be -1, or 0 where that is special. It is not
    negative where a condition asks for this, because it is a tensor's size too."""
    if not is_found(dim) or minimum_of(dim) >= int(special_zero):
        return False
    return special_zero or all((c.relation, c.left, c.right) != ("ge", dim, 0) for c in conditions)


def _conditions() -> Sequence[Condition]:
    """Those of the graph in which a type is inferred."""
    surroundings = current()
    return () if surroundings is None else surroundings.knowledge.conditions


def target_shape(data: Shape, pattern: tuple[Dim, ...], special_zero: bool) -> Shape:
    """The shape that ``pattern`` asks for; ShapeError where the elements do not fit or cannot be shown to."""
    shape = list(pattern)
    for i, dim in enumerate(pattern):
        if dim == 0 and special_zero:
            if i >= len(data):
                raise ShapeError(f"Reshape: {text(pattern)} copies dimension {i} of {text(data)}, which has no such")
            shape[i] = data[i]
        elif isinstance(dim, int) and dim < -1:
            raise ShapeError(f"Reshape: {text(pattern)} holds the negative dimension {dim}")
    free = [i for i, dim in enumerate(pattern) if dim == -1]
    if len(free) > 1:
        raise ShapeError(f"Reshape: {text(pattern)} holds -1 {len(free)} times, at most one is allowed")
    total = product(data)
    if free:
        # What is copied is on both sides, and tells nothing about what is left: it may be 0.
        copied = {i for i, dim in enumerate(pattern) if dim == 0 and special_zero}
        own = product(d for i, d in enumerate(data) if i not in copied)
        rest = product(d for i, d in enumerate(shape) if i != free[0] and i not in copied)
        shape[free[0]] = _left_over(own, rest, data, pattern)
    elif not same(product(shape), total, "the number of elements"):
        raise ShapeError(
            f"Reshape: {text(data)} has {total} elements, {text(tuple(shape))} has {product(shape)}"
            + _advice(total - product(shape))
        )
    return tuple(shape)


def _left_over(total: Dim, rest: Dim, data: Shape, pattern: tuple[Dim, ...]) -> Dim:
    if rest == 0:
        raise ShapeError(f"Reshape: -1 in {text(pattern)} is undetermined, the other dimensions' product is 0")
    left = floordiv(total, rest)
    remainder = total - left * rest
    if not same(left * rest, total, "the number of elements"):
        raise ShapeError(
            f"Reshape: {text(data)} with {total} elements does not divide into {text(pattern)}" + _advice(remainder)
        )
    return left


def _advice(difference: Dim) -> str:
    return "" if isinstance(difference, int) else " for every value of the symbols; fixing the input shapes may help"
