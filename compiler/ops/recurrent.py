"""What recurrent layers share: activations by name, shape checks, running a cell over a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.inference import same
from dldt.compiler.op import Op
from dldt.compiler.ops.attributes import floats, positive
from dldt.compiler.ops.axes import require_float, require_same_type, text
from dldt.compiler.ops.recurrent_activation import ACTIVATIONS, activation_parameters
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, Shape, TensorType

DIRECTIONS = ("forward", "reverse", "bidirectional")


def names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Activation names in lower case."""
    return tuple(str(value).lower() for value in values)


@attrs.frozen
class Recurrent(Op):
    """Attributes of every recurrent operation: ``activations`` are names in ``ACTIVATIONS``; ``clip`` 0 is none."""

    activation_count: ClassVar[int]

    hidden_size: int = attrs.field(converter=int, validator=positive)
    activations: tuple[str, ...] = attrs.field(default=(), converter=names, kw_only=True)
    activations_alpha: tuple[float, ...] = attrs.field(default=(), converter=floats, kw_only=True)
    activations_beta: tuple[float, ...] = attrs.field(default=(), converter=floats, kw_only=True)
    clip: float = attrs.field(default=0.0, converter=float, kw_only=True)

    def __attrs_post_init__(self) -> None:
        unknown = [name for name in self.activations if name not in ACTIVATIONS]
        if unknown:
            raise UnsupportedError(
                f"{self.type}: activation {shown(unknown[0])} is not supported ({', '.join(ACTIVATIONS)})"
            )
        if len(self.activations) != self.activation_count:
            raise ShapeError(f"{self.type}: {len(self.activations)} activations given, {self.activation_count} needed")
        if not self.clip >= 0:
            raise ShapeError(f"{self.type}: clip is {self.clip}, must not be negative")

    @property
    def parameters(self) -> tuple[tuple[float, float], ...]:
        """Alpha and beta of each activation."""
        return activation_parameters(self.activations, self.activations_alpha, self.activations_beta)

    def gate(self, which: int, x: Array) -> Array:
        """Activation ``which`` of x, clipped first."""
        bounded = np.clip(x, -self.clip, self.clip) if self.clip > 0 and np.isfinite(self.clip) else x
        return self.activate(which, bounded)

    def activate(self, which: int, x: Array) -> Array:
        """Activation ``which`` of x as it is."""
        return ACTIVATIONS[self.activations[which]].meaning(x, *self.parameters[which]).astype(x.dtype)

    def check(self, shapes: dict[str, tuple[TensorType, Shape]]) -> None:
        """ShapeError unless every input is a float of one type with the shape that it needs."""
        types = [t for t, _ in shapes.values()]
        for port, (t, wanted) in shapes.items():
            require_float(t, port, self.type)
            require_same_type(types[0], t, self.type)
            fits = t.rank == len(wanted)
            if not fits or not all(same(a, b, f"a dim of {port}") for a, b in zip(t.shape, wanted, strict=True)):
                raise ShapeError(f"{self.type}: {port} is {text(t.shape)}, must be {text(wanted)}")


def sequence_lengths(lengths: TensorType, batch: Dim, what: str) -> None:
    """ShapeError unless the sequence lengths are integers, one a batch."""
    fits = lengths.rank == 1 and same(lengths.shape[0], batch, "the number of sequence lengths")
    if lengths.dtype.is_float or not fits:
        raise ShapeError(f"{what}: sequence_lengths must be integers of shape [{batch}], got {lengths}")


def run_direction(
    x: Array, states: tuple[Array, ...], lengths: Array, reverse: bool, cell: Callable[..., tuple[Array, ...]]
) -> tuple[Array, tuple[Array, ...]]:
    """Run ``cell(x_t, *states) -> states`` over x [N, T, I]; states are [N, H]. Returns the first state at every step
    [N, T, H] (0 after the end of a shorter sequence) and the last states."""
    batch, steps = x.shape[:2]
    output = np.zeros((batch, steps, states[0].shape[-1]), x.dtype)
    rows = np.arange(batch)
    for step in range(steps):
        at = np.where(step < lengths, lengths - 1 - step if reverse else step, 0)
        running = (step < lengths)[:, None]
        fresh = cell(x[rows, at], *states)
        states = tuple(np.where(running, new, old) for new, old in zip(fresh, states, strict=True))
        output[rows, at] = np.where(running, fresh[0], output[rows, at])
    return output, states
