"""Fourier transforms and complex numbers."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.graph import Value
from dldt.compiler.ops.fourier import DFT, IDFT, IRDFT, RDFT
from dldt.compiler.ops.reduce import ReduceL2
from dldt.compiler.ops.rounding import Negative
from dldt.frontends.engine.known import known_array, required_ints
from dldt.frontends.engine.sequences import ComplexTensor, Imported
from dldt.frontends.tensorflow.complex_numbers import complex_of, imaginary, pairs_of, real
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import ints, wide
from dldt.frontends.tensorflow.ops.elementwise import atan2


def _last(rank: int, count: int) -> list[int]:
    return list(range(rank - count, rank))


def _whole(op: DFT | IDFT, count: int) -> Callable[..., Imported]:
    def importer(input: Imported) -> Imported:
        pairs = pairs_of(input)
        return ComplexTensor(op(pairs, ints(*_last(pairs.type.rank - 1, count))))

    return importer


def _half(count: int) -> Callable[..., Imported]:
    def importer(input: Value, fft_length: Value) -> Imported:
        known = known_array(fft_length)
        lengths = wide(fft_length) if known is None else ints(*known.tolist())
        return ComplexTensor(RDFT()(input, ints(*_last(input.type.rank, count)), lengths))

    return importer


def _back(count: int) -> Callable[..., Value]:
    def importer(input: Imported, fft_length: Value) -> Value:
        pairs = pairs_of(input)
        lengths = required_ints(fft_length, "the input 'fft_length'")
        return IRDFT()(pairs, ints(*_last(pairs.type.rank - 1, count)), ints(*lengths))

    return importer


for _count, _suffix in ((1, ""), (2, "2D"), (3, "3D")):
    TENSORFLOW.imports(f"FFT{_suffix}")(_whole(DFT(), _count))
    TENSORFLOW.imports(f"IFFT{_suffix}")(_whole(IDFT(), _count))
    TENSORFLOW.imports(f"RFFT{_suffix}")(_half(_count))
    TENSORFLOW.imports(f"IRFFT{_suffix}")(_back(_count))


@TENSORFLOW.imports("Complex")
def complex_from(real: Value, imag: Value) -> Imported:
    """Complex numbers of their parts."""
    return complex_of(real, imag)


@TENSORFLOW.imports("Real")
def real_part(input: Imported) -> Value:
    """The real parts."""
    return real(input)


@TENSORFLOW.imports("Imag")
def imaginary_part(input: Imported) -> Value:
    """The imaginary parts."""
    return imaginary(input)


@TENSORFLOW.imports("Conj")
def conjugate(input: Imported) -> Imported:
    """The conjugates."""
    return complex_of(real(input), Negative()(imaginary(input)))


@TENSORFLOW.imports("ComplexAbs")
def complex_abs(x: Imported) -> Value:
    """The absolute values."""
    pairs = pairs_of(x)
    return ReduceL2()(pairs, ints(pairs.type.rank - 1))


@TENSORFLOW.imports("Angle")
def angle(input: Imported) -> Value:
    """The angles."""
    return atan2(imaginary(input), real(input))
