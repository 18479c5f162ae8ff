"""Conditions of If that must have one outcome for a model to run."""

from __future__ import annotations

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.comparison import Equal, NotEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalNot
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_dims

_SAME = (Convert, Gather, Reshape, Squeeze, Unsqueeze)
"""Operations that hand on the one element that they are given."""


def require_condition(cond: Value, outcome: bool, context: Context, error: InputError) -> None:
    """Note that the model runs only where ``cond`` is ``outcome``; ``error`` says why. Raises UnsupportedError where
    the condition does not compare sizes for equality."""
    sizes = _equal_sizes(cond, outcome)
    if sizes is None:
        branch = "else_branch" if outcome else "then_branch"
        raise UnsupportedError(
            f"the outputs of the branches have different ranks, the model cannot run behind {branch}, and the "
            f"condition is not that two sizes are equal; behind {branch}: {error}"
        )
    left, right = sizes
    context.graph.demand("eq", left, right, context.node.title, "the size that chooses a branch")


def _equal_sizes(cond: Value, outcome: bool) -> tuple[Dim, Dim] | None:
    """Two sizes that must be equal for ``cond`` to be ``outcome``."""
    current: Value | None = cond
    while current is not None and current.type.elements == 1:
        if isinstance(current.op, _SAME):
            current = current.inputs[0]
        elif isinstance(current.op, LogicalNot):
            current, outcome = current.inputs[0], not outcome
        else:
            break
    if current is None or not isinstance(current.op, Equal if outcome else NotEqual):
        return None
    left, right = (None if value is None else known_dims(value) for value in current.inputs)
    return (left[0], right[0]) if left is not None and right is not None and len(left) == len(right) == 1 else None
