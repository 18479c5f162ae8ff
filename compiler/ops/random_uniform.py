"""Random numbers: those that a counter and a key give by Philox 4x32-10."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, not_negative, one_of
from dldt.compiler.ops.axes import known_dims
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType

ROUNDS = 10
FACTORS = 0xD2511F53, 0xCD9E8D57
"""By which the number of a block, and the counter, are multiplied in a round."""
STEPS = 0x9E3779B9, 0xBB67AE85
"""What the halves of the key grow by from round to round."""

_WORD = 2**32 - 1
_KINDS = (DType.f32, DType.f16, DType.f64, DType.i32, DType.i64)


@op("opset8", traits=Trait.RANDOM)
class RandomUniform(Op):
    """y = numbers of the distribution that is even from ``minval`` to below ``maxval``: four of 32 bits for each block,
    whose number, with ``op_seed``, Philox mixes by the key ``global_seed``. Every run gives the same numbers"""

    output_type: DType = attrs.field(converter=DType)
    global_seed: int = attrs.field(default=0, converter=int, validator=not_negative)
    op_seed: int = attrs.field(default=0, converter=int, validator=not_negative)
    alignment: str = attrs.field(default="tensorflow", converter=lower, validator=one_of("tensorflow", "pytorch"))

    def infer(self, shape: TensorType, minval: TensorType, maxval: TensorType) -> TensorType:
        if self.output_type not in _KINDS:
            raise UnsupportedError(f"RandomUniform: output_type {self.output_type} is not supported")
        if self.alignment == "pytorch":
            raise UnsupportedError(
                "RandomUniform: alignment pytorch draws numbers one after the other by a Mersenne Twister, which is "
                "not supported; alignment tensorflow is"
            )
        for port, t in (("minval", minval), ("maxval", maxval)):
            if t.dtype is not self.output_type or t.elements != 1:
                raise ShapeError(f"RandomUniform: {port} must be one number of type {self.output_type}, it is {t}")
        return TensorType(self.output_type, known_dims(shape, "shape", self.type))

    @property
    def per_block(self) -> int:
        """How many numbers a block gives: those of type f64 are made of two words."""
        return 2 if self.output_type is DType.f64 else 4

    def evaluate(self, shape: Array, minval: Array, maxval: Array) -> Array:
        count = int(np.prod(shape, dtype=np.int64))
        words = self._words(-(-count // self.per_block))
        if self.per_block == 2:
            words = words[:, 1::2] | words[:, 0::2] << np.uint64(32)
        drawn = words.ravel()[:count].reshape(shape)
        low, high = minval.reshape(()), maxval.reshape(())
        if not self.output_type.is_float:
            span = max(int(high) - int(low), 1)
            return (drawn % np.uint64(span)).astype(low.dtype) + low
        bits = self.output_type.mantissa - 1
        share = ((drawn & np.uint64(2**bits - 1)).astype(np.float64) * 2.0**-bits).astype(low.dtype)
        return np.asarray(share * (high - low) + low)

    def _words(self, blocks: int) -> Array:
        """Four words of 32 bits for each block, as u64."""
        word, half = np.uint64(_WORD), np.uint64(32)
        number, counter = np.arange(blocks, dtype=np.uint64), np.full(blocks, self.op_seed & 2**64 - 1, np.uint64)
        a, b, c, d = number & word, number >> half, counter & word, counter >> half
        for low, high in self.round_keys():
            first, second = a * np.uint64(FACTORS[0]), c * np.uint64(FACTORS[1])
            a, b = second >> half ^ b ^ np.uint64(low), second & word
            c, d = first >> half ^ d ^ np.uint64(high), first & word
        return np.stack([a, b, c, d], axis=1)

    def round_keys(self) -> list[tuple[int, int]]:
        """The halves of the key in each round."""
        low, high = self.global_seed & _WORD, self.global_seed >> 32 & _WORD
        return [(low + STEPS[0] * k & _WORD, high + STEPS[1] * k & _WORD) for k in range(ROUNDS)]
