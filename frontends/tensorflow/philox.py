"""The generator of TensorFlow's random numbers, Philox 4x32-10: the seeds of operations that say them by tensors."""

from __future__ import annotations

from dldt.compiler.ops.random_uniform import FACTORS, ROUNDS, STEPS

_WORD = 2**32 - 1
_SCRAMBLER = 0x02461E29_3EC8F720


def block(counter: int, key: int) -> int:
    """The 128 bits that a counter of 128 bits and a key of 64 give."""
    a, b, c, d = (counter >> 32 * k & _WORD for k in range(4))
    for number in range(ROUNDS):
        low, high = ((key >> 32 * k) + STEPS[k] * number & _WORD for k in range(2))
        first, second = a * FACTORS[0], c * FACTORS[1]
        a, b = second >> 32 ^ b ^ low, second & _WORD
        c, d = first >> 32 ^ d ^ high, first & _WORD
    return a | b << 32 | c << 64 | d << 96


def scrambled(seed: tuple[int, int]) -> tuple[int, int]:
    """The key, and the upper half of the first counter, of a pair of seeds."""
    mixed = block(seed[0] % 2**64 | seed[1] % 2**64 << 64, _SCRAMBLER)
    return mixed % 2**64, mixed >> 64
