"""A Transpose at an input moves before what prepares the input."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Parameter, Transpose
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import constant, node
from dldt.passes.permutation import permutation
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Prepared(Match):
    prepared: Value
    order: Array


@transform
class RaiseTransposes(Rewrite[_Prepared]):
    """Mean and scale of an input come behind the change of its layout, where they stand next to the convolution that
    takes them into its weights.

    ::

        input → Multiply(c) → Add(d) → Transpose → y     input → Transpose → Multiply(c') → Add(d') → y
    """

    pattern = node(Transpose, node(Trait.ELEMENTWISE, single=True, name="prepared"), constant("order"))

    def rewrite(self, match: _Prepared) -> Value | None:
        """The operation on the transposed data."""
        value, rank = match.prepared, match.prepared.type.rank
        data = _data(value)
        if data is None or data.type.shape != value.type.shape or not _is_input(data):
            return None
        order = permutation(match.order, rank)
        moved: list[Value | Array | None] = []
        for given in value.inputs:
            if given is None or given.constant is None:
                moved.append(Transpose()(data, order))
                continue
            array = given.constant
            full = array.reshape((1,) * (rank - array.ndim) + array.shape)
            moved.append(np.transpose(full, order) if array.size > 1 else array.reshape(()))
        return value.op(*moved)


def _data(value: Value) -> Value | None:
    """The one input that is no constant."""
    found = [given for given in value.inputs if given is not None and given.constant is None]
    return found[0] if len(found) == 1 else None


def _is_input(value: Value) -> bool:
    """Whether it is an input of the model, or one on which only constants have worked."""
    current: Value | None = value
    while current is not None and not isinstance(current.op, Parameter):
        alone = current.is_used_once and current.op.has(Trait.ELEMENTWISE)
        current = _data(current) if alone else None
    return current is not None
