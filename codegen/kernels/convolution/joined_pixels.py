"""Results that are rounded to bytes, where those of neighbouring pixels lie side by side: vectors of several pixels
become one, which is stored at once."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir
from dldt.codegen.llvm.nest import store_at
from dldt.codegen.llvm.requantized import JOINED, Requantized
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.ir import Apply, Nest
from dldt.codegen.loop.variables import PIXEL
from dldt.compiler.substitute import substitute
from dldt.compiler.types import DType


def joined_rounding(emitter: ExpressionEmitter, nest: Nest, lanes: int) -> Requantized | None:
    """The rounding that ends the nest, if it makes bytes that the target joins and whose vectors of neighbouring pixels
    are adjacent; else None."""
    rounded = final_rounding(nest) if emitter.b.target.packs_words else None
    if rounded is None:
        return None
    offset = nest.buffer.offset(nest.index)
    return rounded if substitute(offset, {PIXEL: PIXEL.dim + 1}) - offset == lanes else None


def final_rounding(nest: Nest) -> Requantized | None:
    """The rounding to bytes that ends the nest; they may be stored as words. None where there is none."""
    value = nest.value
    if nest.buffer.dtype is DType.i16 and isinstance(value, Apply) and value.name == "cast":
        (value,) = value.arguments
    rounded = Requantized.of(value) if isinstance(value, Apply) else None
    return rounded if rounded is not None and nest.buffer.dtype in (rounded.dtype, DType.i16) else None


def store_joined(
    emitter: ExpressionEmitter, nest: Nest, rounded: Requantized, values: Sequence[tuple[Ir, Scope]], *, fits: bool
) -> None:
    """Rounds and stores the values of neighbouring pixels, each with the scope of its pixel. ``fits``: they are numbers
    that 32 bits hold."""
    b = emitter.b
    for first in range(0, len(values), JOINED):
        some = values[first : first + JOINED]
        count, done = len(some), 0
        every = rounded.join(b, [x for x, _ in some], fits=fits)
        while done < count:
            # Vectors whose number of bytes is a power of two are stored by one instruction.
            size = 1 << ((count - done).bit_length() - 1)
            lanes = every.lanes // JOINED
            part = b.pick(every, range(done * lanes, (done + size) * lanes))
            part = b.convert(part, LLVM_TYPES[nest.buffer.dtype], signed=rounded.dtype.is_signed)
            _, scope = some[done]
            store_at(b, emitter, nest.buffer, nest.buffer.offset(nest.index), part, scope)
            done += size
