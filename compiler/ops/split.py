"""Cutting a tensor into parts along an axis."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import at_least, same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import positive
from dldt.compiler.ops.axes import known_dims, known_int, normal_axis, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.SLICE | Trait.IDENTITY_IF_TYPED_ALIKE)
class Split(Op):
    """y_0, y_1, ... = x cut into ``num_splits`` equal parts along ``axis``"""

    shape_values = True

    num_splits: int = attrs.field(converter=int, validator=positive)

    def infer(self, data: TensorType, axis: TensorType) -> tuple[TensorType, ...]:
        at = normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        part = floordiv(data.shape[at], self.num_splits)
        if not same(part * self.num_splits, data.shape[at], f"{self.num_splits} equal parts of axis {at}"):
            raise ShapeError(
                f"Split: dimension {at} of {text(data.shape)} does not divide into {self.num_splits} equal parts"
            )
        budget().ask_nodes(self.num_splits)
        return (TensorType(data.dtype, (*data.shape[:at], part, *data.shape[at + 1 :])),) * self.num_splits

    def evaluate(self, data: Array, axis: Array) -> tuple[Array, ...]:
        return tuple(np.split(data, self.num_splits, int(axis.reshape(()))))


@op("opset1", traits=Trait.SLICE | Trait.IDENTITY_IF_TYPED_ALIKE)
class VariadicSplit(Op):
    """y_0, y_1, ... = x cut along ``axis`` into parts of the given lengths, one of which may be -1 (what is left)"""

    shape_values = True

    def infer(self, data: TensorType, axis: TensorType, split_lengths: TensorType) -> tuple[TensorType, ...]:
        at = normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        lengths = resolve_lengths(data.shape[at], known_dims(split_lengths, "split_lengths", self.type), self.type)
        return tuple(TensorType(data.dtype, (*data.shape[:at], n, *data.shape[at + 1 :])) for n in lengths)

    def evaluate(self, data: Array, axis: Array, split_lengths: Array) -> tuple[Array, ...]:
        at = int(axis.reshape(()))
        lengths = resolve_lengths(data.shape[at], tuple(int(n) for n in split_lengths.ravel()), self.type)
        ends = np.cumsum([int(n) for n in lengths])
        return tuple(np.split(data, ends[:-1], at))


def resolve_lengths(total: Dim, lengths: tuple[Dim, ...], what: str) -> tuple[Dim, ...]:
    """``lengths`` with -1 replaced by what is left of ``total``; ShapeError where they do not add up."""
    if not lengths:
        raise ShapeError(f"{what}: no lengths are given; at least one part is needed")
    budget().ask_nodes(len(lengths))
    free = [i for i, n in enumerate(lengths) if n == -1]
    if len(free) > 1:
        raise ShapeError(f"{what}: lengths {text(lengths)} hold -1 {len(free)} times, at most one is allowed")
    if not all(n == -1 or at_least(n, 0, "the length of a part") for n in lengths):
        raise ShapeError(f"{what}: lengths {text(lengths)} hold a negative length")
    rest = total
    for n in lengths:
        rest = rest - n if n != -1 else rest
    left = "what is left of the axis"
    fits = at_least(rest, 0, left) if free else same(rest, 0, left)
    if not fits:
        raise ShapeError(f"{what}: lengths {text(lengths)} do not add up to the dimension, {total}")
    return tuple(rest if n == -1 else n for n in lengths)
