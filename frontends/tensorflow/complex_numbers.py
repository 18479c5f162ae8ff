"""Complex tensors taken apart and put together."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.frontends.engine.sequences import ComplexTensor, Imported
from dldt.frontends.tensorflow.numbers import integer, ints


def pairs_of(x: Imported) -> Value:
    """The pairs of a complex tensor. Raises UnsupportedError where it is none."""
    if not isinstance(x, ComplexTensor):
        raise UnsupportedError("complex numbers are needed; they come from Complex or a Fourier transform")
    return x.pairs


def real(x: Imported) -> Value:
    """The real parts."""
    return _part(x, 0)


def imaginary(x: Imported) -> Value:
    """The imaginary parts."""
    return _part(x, 1)


def complex_of(re: Value, im: Value) -> ComplexTensor:
    """The tensor of these parts."""
    last = ints(re.type.rank)
    return ComplexTensor(Concat(re.type.rank)(Unsqueeze()(re, last), Unsqueeze()(im, last)))


def _part(x: Imported, which: int) -> Value:
    pairs = pairs_of(x)
    return Gather()(pairs, integer(which), integer(pairs.type.rank - 1))
