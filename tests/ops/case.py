"""One case of an operation: the record that every oracle reads."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.op import Op
from dldt.compiler.types import Array, DType, TensorType


@attrs.frozen(eq=False)
class Case:
    """An operation with input arrays (None: left out). ``constant_inputs`` must be Constants in a graph.

    ``symbolic`` maps an input to a shape with symbols ("N,3,H,W") that infer must accept. ``tolerance`` is relative to
    the largest magnitude of the expected output. ``openvino`` False: the peer cannot run it, see ``why``.
    """

    op: Op
    inputs: tuple[Array | None, ...]
    id: str
    constant_inputs: frozenset[int] = frozenset()
    symbolic: dict[int, str] = attrs.field(factory=dict)
    tolerance: float = 2e-6
    openvino: bool = True
    why: str = ""

    def types(self) -> tuple[TensorType | None, ...]:
        """The input types, constants with their content."""
        return tuple(None if x is None else self.type(i, x) for i, x in enumerate(self.inputs))

    def type(self, i: int, x: Array) -> TensorType:
        """The type of input ``i``."""
        if i not in self.constant_inputs:
            return TensorType(DType.of(x.dtype), x.shape)
        made = TensorType(DType.of(x.dtype), x.shape, constant=x)
        return made.with_value(x) if x.ndim <= 1 and x.size <= 64 else made

    def expected(self) -> tuple[Array, ...]:
        """What the operation's own evaluate gives."""
        result = self.op.evaluate(*self.inputs)
        return tuple(np.asarray(x) for x in (result if isinstance(result, tuple) else (result,)))


def normal(*shape: int, seed: int = 0, scale: float = 1.0, dtype: str = "f4") -> Array:
    """Normally distributed numbers, the same on every run."""
    return np.asarray(np.random.default_rng((seed, *shape)).standard_normal(shape) * scale).astype(dtype)


def uniform(low: float, high: float, *shape: int, seed: int = 0, dtype: str = "f4") -> Array:
    """Uniformly distributed numbers, the same on every run."""
    return np.asarray(np.random.default_rng((seed, *shape)).uniform(low, high, shape)).astype(dtype)


def integers(low: int, high: int, *shape: int, seed: int = 0, dtype: str = "i8") -> Array:
    """Integers in [low, high), the same on every run."""
    return np.asarray(np.random.default_rng((seed, *shape)).integers(low, high, shape)).astype(dtype)


def booleans(*shape: int, seed: int = 0) -> Array:
    """Booleans, the same on every run."""
    return np.asarray(np.random.default_rng((seed, *shape)).integers(0, 2, shape)).astype(bool)


def i64(*values: int) -> Array:
    """A vector of i64."""
    return np.array(values, np.int64)


def scalar(value: float, dtype: str = "f4") -> Array:
    """A scalar tensor."""
    return np.asarray(value, dtype=dtype)
