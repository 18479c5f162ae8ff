"""An access: a tensor as a function from index to element expression. Composing accesses fuses operations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeAlias

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Apply, Axis, Expr, Guard, Index, Inside, Load, Number, Position, Reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler.dims import Dim, floordiv, maximum_of, minimum, minimum_of
from dldt.compiler.op import Op
from dldt.compiler.types import Array, DType, Shape, TensorType


@attrs.frozen
class Access:
    """A tensor of ``type`` whose element at an index is ``element(index)``. ``constant`` is its array, where it is
    known."""

    type: TensorType
    element: Callable[[Index], Expr]
    constant: Array | None = None

    def __call__(self, index: Index) -> Expr:
        """The element at a full index."""
        return self.element(index)

    def broadcast(self, index: Index, shape: Shape) -> Expr:
        """The element that numpy broadcasting reads at an index of a result of ``shape``."""
        skipped = len(shape) - self.type.rank
        pairs = zip(self.type.shape, shape[skipped:], index[skipped:], strict=True)
        return self.element(tuple(_repeated(dim, whole, i) for dim, whole, i in pairs))

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self.type.dtype


def aligned(shape: Shape, *accesses: Access) -> Callable[[Index], tuple[Expr, ...]]:
    """The elements that numpy broadcasting reads at an index of a result of ``shape``."""
    return lambda index: tuple(access.broadcast(index, shape) for access in accesses)


def _repeated(dim: Dim, whole: Dim, i: Dim) -> Dim:
    """The index along a dim where that of the result, whose dim is ``whole``, is ``i``. A dim that may be 1 when the
    model runs, while the result's is larger, is read at 0 then."""
    if dim == 1:
        return 0
    return i if dim == whole else minimum(i, dim - 1)


def read(buffer: Buffer, constant: Array | None = None) -> Access:
    """The access to a tensor in memory."""
    return Access(attrs.evolve(buffer.type, constant=constant), lambda index: Load(buffer, tuple(index)), constant)


Lowering: TypeAlias = Callable[..., "Access | tuple[Access, ...]"]


@attrs.frozen
class Rule:
    """How an operation is lowered. ``kind`` is ``map`` (each output element is computed from one input element at the
    same index), ``move`` (each output element is an input element at another index), or ``reduce`` (an output element
    reads many elements; it is the root of a region, or its first operation)."""

    kind: str
    function: Lowering
    reads: tuple[int, ...] | None = None
    """The inputs that are read at run time; None: all. The other inputs only determine shapes."""
    makes: bool = False
    """Whether the function makes loop variables: then it takes a ``Fresh`` as the argument ``fresh``."""

    def lower(
        self, op: Op, types: tuple[TensorType, ...], *inputs: Access | None, fresh: Fresh | None = None
    ) -> Access | tuple[Access, ...]:
        """The outputs, of types ``types``, as functions of the inputs (None: an input that is left out). ``fresh``
        makes the loop variables of the kernel that the operation belongs to; None: the operation is alone in its
        kernel."""
        more = {"fresh": fresh or Fresh()} if self.makes else {}
        return self.function(op, types, *inputs, **more)


RULES: dict[type[Op], Rule] = {}


def lowers(*ops: type[Op], kind: str, reads: tuple[int, ...] | None = None) -> Callable[[Lowering], Lowering]:
    """Decorator: the function lowers these operations. It is called as ``f(op, out_types, *accesses)``, and with
    ``fresh=…`` if it has a parameter of that name."""

    def decorate(function: Lowering) -> Lowering:
        makes = "fresh" in inspect.signature(function).parameters
        for op in ops:
            if op in RULES:
                raise RuntimeError(f"{op.type} is lowered twice")
            RULES[op] = Rule(kind, function, reads, makes)
        return function

    return decorate


# ---- building blocks of lowering functions --------------------------------------------------------------------------


def apply(name: str, *arguments: Expr, dtype: DType | None = None) -> Expr:
    """A primitive; the result has the first argument's dtype unless ``dtype`` is given."""
    return Apply(name, arguments, dtype or arguments[0].dtype)


def number(dtype: DType, value: float) -> Number:
    """A constant."""
    return Number(dtype, float(value) if dtype.is_float else int(value))


def cast(x: Expr, dtype: DType) -> Expr:
    """The element converted."""
    return x if x.dtype is dtype else Apply("cast", (x,), dtype)


def position(axis: Axis) -> Dim:
    """The axis as an index; an axis of one iteration is a constant."""
    return axis.lower if axis.extent == 1 else axis.symbol


def reduce(kind: str, axes: tuple[Axis, ...], body: Expr) -> Expr:
    """A reduction, without axes of one iteration (see ``position``). Over no axis it is the body itself."""
    runs = tuple(axis for axis in axes if axis.extent != 1)
    return Reduce(kind, runs, body) if runs else body


def guard(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """A guard; only one of its sides, where the bounds decide the condition at compile time."""
    if isinstance(condition, Inside):
        decided = decide(condition)
        if decided is not None:
            return then if decided else otherwise
    return Guard(condition, then, otherwise)


def inside(dim: Dim, lower: Dim, upper: Dim) -> Inside:
    """``lower <= dim < upper``."""
    return Inside(dim, lower, upper)


def decide(condition: Inside) -> bool | None:
    """True or False where the bounds decide at compile time that the condition always or never holds; else None."""
    above, below = condition.dim - condition.lower, condition.upper - 1 - condition.dim
    if minimum_of(above) >= 0 and (minimum_of(below) >= 0 or _fits(above, condition.upper - condition.lower)):
        return True
    if maximum_of(above) < 0 or maximum_of(below) < 0:
        return False
    return None


def _fits(position: Dim, extent: Dim) -> bool:
    """Whether ``position < extent`` follows from the bounds of the symbols; then the quotient is known to be 0."""
    return minimum_of(extent) > 0 and floordiv(position, extent) == 0


def cast_dim(dim: Dim) -> Expr:
    """A dim as an i64 element."""
    return number(DType.i64, dim) if isinstance(dim, int) else Position(dim, DType.i64)


def flatten(shape: Shape, index: Index) -> Dim:
    """The C-order position of an index."""
    position: Dim = 0
    for dim, i in zip(shape, index, strict=True):
        position = position * dim + i
    return position


def unflatten(shape: Shape, position: Dim) -> Index:
    """The index at a C-order position."""
    index: list[Dim] = []
    for dim in reversed(shape[1:]):
        outer = floordiv(position, dim) if dim != 0 else 0  # of no elements, none is at a position
        index.append(position - outer * dim)
        position = outer
    return (*([position] if shape else []), *reversed(index))
