"""Checks that many operations share: axes, ranks, element types, inputs that must be known at compile time."""

from __future__ import annotations

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.inference import current, same
from dldt.compiler.types import Shape, TensorType


def text(shape: Shape) -> str:
    """``[N,3,8]``"""
    return f"[{','.join(map(str, shape))}]"


def normal_axis(axis: int, rank: int, what: str) -> int:
    """``axis`` counted from the front; ShapeError where it is outside ``[-rank, rank)``."""
    if not -rank <= axis < rank:
        raise ShapeError(f"{what}: axis {axis} is outside a tensor of rank {rank}")
    return axis % rank


def normal_axes(axes: tuple[int, ...], rank: int, what: str) -> tuple[int, ...]:
    """Like ``normal_axis`` for several; ShapeError where two are the same."""
    found = tuple(normal_axis(axis, rank, what) for axis in axes)
    if len(set(found)) != len(found):
        raise ShapeError(f"{what}: axes {list(axes)} name one axis twice")
    return found


def known_dims(t: TensorType, port: str, what: str) -> tuple[Dim, ...]:
    """The content of a small integer input, as dims. Elements that are computed from data are dims that the model finds
    when it runs."""
    if t.dtype.is_float or t.rank > 1:
        raise ShapeError(f"{what}: {port} must be a scalar or a vector of integers, got {t}")
    value = t.value
    if value is None:
        inference = current()
        value = None if inference is None else inference.elements(t)
    if value is None:
        raise UnsupportedError(
            f"{what}: {port} is computed from the data at run time; it must be a constant or follow from the input "
            f"shapes (fixing the model's input shapes may make it so)"
        )
    return value


def known_ints(t: TensorType, port: str, what: str) -> tuple[int, ...]:
    """Like ``known_dims``, every element an int."""
    return tuple(_int(item, port, what) for item in known_dims(t, port, what))


def known_int(t: TensorType, port: str, what: str) -> int:
    """The one int of a scalar input (or of a vector of one element)."""
    items = known_ints(t, port, what)
    if len(items) != 1:
        raise ShapeError(f"{what}: {port} must hold one number, got {t}")
    return items[0]


def known_dim(t: TensorType, port: str, what: str) -> Dim:
    """The one dim of a scalar input (or of a vector of one element)."""
    items = known_dims(t, port, what)
    if len(items) != 1:
        raise ShapeError(f"{what}: {port} must hold one number, got {t}")
    return items[0]


def require_rank(t: TensorType, port: str, ranks: tuple[int, ...], what: str) -> None:
    """ShapeError unless the rank is one of ``ranks``."""
    if t.rank not in ranks:
        raise ShapeError(f"{what}: {port} must have rank {' or '.join(map(str, ranks))}, got {t}")


def require_float(t: TensorType, port: str, what: str) -> None:
    """ShapeError unless the element type is a floating-point one."""
    if not t.dtype.is_float:
        raise ShapeError(f"{what}: {port} must be of a floating-point type, got {t}")


def require_single(t: TensorType, port: str, what: str) -> None:
    """Refuses what is not of a floating-point type of at most 32 bits."""
    require_float(t, port, what)
    if t.dtype.size > 4:
        raise UnsupportedError(f"{what}: {port} is of {t.dtype}; f32 and smaller floating-point types are supported")


def require_integer(t: TensorType, port: str, what: str) -> None:
    """ShapeError unless the element type is an integer one."""
    if not t.dtype.is_integer:
        raise ShapeError(f"{what}: {port} must be of an integer type, got {t}")


def require_same_type(a: TensorType, b: TensorType, what: str) -> None:
    """ShapeError unless both have one element type."""
    if a.dtype != b.dtype:
        raise ShapeError(f"{what}: the inputs have different element types, {a.dtype} and {b.dtype}")


def require_equal(a: Dim, b: Dim, meaning: str, what: str) -> None:
    """ShapeError unless the two dims are equal."""
    if not same(a, b, meaning):
        raise ShapeError(f"{what}: {meaning} differ: {a} and {b}")


def _int(item: Dim, port: str, what: str) -> int:
    if not isinstance(item, int):
        raise UnsupportedError(f"{what}: {port} holds the symbolic dimension {item}; it must be a plain number")
    return item
