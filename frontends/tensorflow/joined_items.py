"""The items of a list one behind the other."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reshape import Reshape
from dldt.frontends.engine.sequences import Imported, TensorSequence
from dldt.frontends.tensorflow.tensor_lists import stack_of


def joined_items(given: Imported) -> Value:
    """The items joined along their first axis. Raises UnsupportedError where it is not known how long they are."""
    if isinstance(given, TensorSequence) and given.items:
        return Concat(0)(*given.items)
    stack = stack_of(given)
    behind = stack.type.shape[2:]
    if stack.type.rank < 2 or not all(isinstance(dim, int) for dim in behind):
        raise UnsupportedError("items are joined that are single numbers, or whose dims are not known")
    return Reshape()(stack, np.array([-1, *behind], np.int64))
