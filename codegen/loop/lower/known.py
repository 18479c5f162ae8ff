"""Inputs whose values must be known at compile time: axes, shapes, lengths."""

from __future__ import annotations

from dldt.codegen.loop.lower.access import Access
from dldt.compiler.dims import Dim
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.op import Op
from dldt.compiler.ops.axes import known_dims


def dims_given(op: Op, port: int, access: Access) -> tuple[Dim, ...]:
    """The numbers that input ``port`` holds, flattened (dims may be symbolic). Raises UnsupportedError where they are
    known only at run time."""
    constant = access.constant if access.constant is not None else access.type.constant
    if constant is not None:
        return tuple(int(item) for item in constant.ravel())
    return known_dims(access.type, op.ports[port], op.type)


def ints_given(op: Op, port: int, access: Access) -> tuple[int, ...]:
    """Like ``dims_given``, but every number must be an int."""
    found = dims_given(op, port, access)
    symbolic = [dim for dim in found if not isinstance(dim, int)]
    if symbolic:
        raise UnsupportedError(
            f"{op.type}: {op.ports[port]} holds the symbolic dimension {symbolic[0]}; fix the model's input shapes to "
            f"make it a plain number"
        )
    return tuple(int(dim) for dim in found)


def numbers_given(op: Op, port: int, access: Access) -> tuple[float, ...]:
    """The numbers of any element type that input ``port`` holds, flattened; it must be a constant."""
    constant = access.constant if access.constant is not None else access.type.constant
    if constant is not None:
        return tuple(float(item) for item in constant.ravel())
    if access.type.dtype.is_float:
        raise UnsupportedError(
            f"{op.type}: {op.ports[port]} is computed from the data at run time; it must be a constant (fixing the "
            f"model's input shapes may make it so)"
        )
    return tuple(float(item) for item in ints_given(op, port, access))
