"""How TF Lite's reference kernels compute with quantised tensors: their fixed-point numbers and bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from dldt.compiler.types import DType
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tflite.multiplier import BITS, Multiplier
from dldt.frontends.tflite.tensor import FileTensor, TensorQuantization

Tensors = Sequence[FileTensor | None]
BYTES = (DType.i8, DType.u8)
SUMMED = {"MEAN": "SUM", "RELU": "QUANTIZE", "RELU6": "QUANTIZE", "RELU_0_TO_1": "QUANTIZE", "RELU_N1_TO_1": "QUANTIZE"}
"""Operations that are others before they are multiplied and bounded."""
POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
WORDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
"""Those of which there are kernels of words."""
_SUM_BITS = 20
"""By how many bits the operands of a sum are shifted."""


@attrs.frozen
class IntegerKernel:
    """``result``: what its sums are multiplied by; ``zero``, ``low`` and ``high``: the zero point of the result and the
    bounds of its activation; ``operands``: what each input is multiplied by before, after a shift by ``left`` bits."""

    result: Multiplier
    zero: int
    low: int
    high: int
    dtype: DType
    operands: tuple[Multiplier, ...] = ()
    left: int = 0
    once: bool = False
    """Whether the sums, of 64 bits, are rounded once, after a product with 15 bits of ``result``."""

    @property
    def in_words(self) -> bool:
        """Whether the data are words, of which the two bytes are summed apart."""
        return self.dtype is DType.i16


def activation(op: str, attributes: dict[str, Any], inputs: Tensors, outputs: Tensors) -> dict[str, Any] | None:
    """What the kernel of an activation with a curve is told; None where it computes otherwise."""
    data, result = (_bytes(each[0]) if each else None for each in (inputs, outputs))
    if data is None or result is None or outputs[0] is None:
        return None
    found: dict[str, Any] = {"result_zero": result.zero[0], "dtype": outputs[0].dtype}
    if op == "HARD_SWISH":
        fine = np.float32(1 / 128) * np.float32(data.scale[0])
        outer, inner = (Multiplier.of(fine / np.float32(s)) for s in (result.scale[0], 3 / 32768))
        if outer.shifts > 0 or inner.shifts > 15:
            return None
        found |= {"zero": data.zero[0], "multiplier": outer.word, "exponent": int(outer.shifts)}
        return found | {"inner_multiplier": inner.word, "inner_exponent": int(inner.shifts)}
    slope = _bytes(inputs[1]) if op == "PRELU" and len(inputs) > 1 else None
    if op == "PRELU" and slope is None:
        return None
    alpha = np.float32(slope.scale[0] if slope is not None else attributes.get("alpha", 0.0))
    first, last = np.float32(data.scale[0]), np.float32(result.scale[0])
    if alpha < 0:
        return None
    each = [Multiplier.of(first / last), Multiplier.of(first * alpha / last)]
    found |= {"scale": TensorRecord.of(np.ones(1, np.float32)), "zero": TensorRecord.of(np.array(data.zero, np.int64))}
    found |= {"numbers": TensorRecord.of(np.array([m.numbers for m in each])), "axis": 0}
    found |= {"shifts": TensorRecord.of(np.array([m.shifts for m in each]))}
    return found | {"slope_zero": slope.zero[0] if slope is not None else 0}


ACTIVATIONS = {"HARD_SWISH": "hard_swish", "LEAKY_RELU": "leaky", "PRELU": "leaky"}
"""What the reader puts in their place."""


def bounds(activation: str, tensor: FileTensor | None) -> tuple[int, int] | None:
    """The integers between which an activation keeps a tensor; None where it does something else."""
    result = _bytes(tensor)
    if result is None or tensor is None or not isinstance(tensor.dtype, DType):
        return None
    return _bounds(activation, result, tensor.dtype)


def integer_kernel(op: str, attributes: dict[str, Any], inputs: Tensors, outputs: Tensors) -> IntegerKernel | None:
    """The kernel of an operation on these tensors; None where it computes otherwise."""
    find = _KERNELS.get(op)
    if find is None or not outputs or not inputs:
        return None
    kinds = (*BYTES, DType.i16) if op in WORDS else BYTES
    result = _bytes(outputs[0], kinds)
    if result is None or outputs[0] is None:
        return None
    dtype = outputs[0].dtype
    assert isinstance(dtype, DType)
    bounds = _bounds(attributes.get("fused_activation_function", op), result, dtype)
    found = find(inputs, result) if bounds is not None else None
    if found is None or bounds is None:
        return None
    if dtype is DType.i16:
        return _word_kernel(inputs, IntegerKernel(found[0], result.zero[0], *bounds, dtype))
    return IntegerKernel(found[0], result.zero[0], *bounds, dtype, *found[1:])


def _word_kernel(inputs: Tensors, found: IntegerKernel) -> IntegerKernel | None:
    """One whose data and results are words."""
    bias = inputs[2] if len(inputs) > 2 else None
    if inputs[0] is None or inputs[0].dtype is not DType.i16 or found.zero:
        return None
    if bias is not None and bias.dtype is DType.i32:
        return found
    words = np.minimum((found.result.numbers + (1 << 15)) >> 16, (1 << 15) - 1) << 16
    return attrs.evolve(found, result=Multiplier(words, found.result.shifts), once=True)


def _bytes(tensor: FileTensor | None, kinds: Sequence[DType] = BYTES) -> TensorQuantization | None:
    """The quantisation of a tensor of bytes that has one scale."""
    if tensor is None or tensor.dtype not in kinds or tensor.quantization is None:
        return None
    found = tensor.quantization
    return found if found.fault is None and len(found.scale) == len(found.zero) == 1 else None


def _bounds(activation: str, result: TensorQuantization, dtype: DType) -> tuple[int, int] | None:
    low, high = map(int, dtype.bounds)
    if activation in ("RELU", "RELU6", "RELU_0_TO_1"):
        low = max(low, _level(0.0, result))
    if activation == "RELU_N1_TO_1":
        low = max(low, _level(-1.0, result))
    most = {"RELU6": 6.0, "RELU_0_TO_1": 1.0, "RELU_N1_TO_1": 1.0}.get(activation)
    if most is not None:
        high = min(high, _level(most, result))
    return (low, high) if activation not in ("TANH", "SIGN_BIT") and low <= high else None


def _level(number: float, result: TensorQuantization) -> int:
    quotient = np.float32(number) / np.float32(result.scale[0])
    return result.zero[0] + int(np.trunc(quotient + np.copysign(np.float32(0.5), quotient)))


def _sums(inputs: Tensors, result: TensorQuantization, *, joined: bool) -> tuple[Multiplier] | None:
    """A contraction; ``joined``: a single scale of the weights is multiplied in single precision."""
    data, weights = _bytes(inputs[0], (*BYTES, DType.i16)), inputs[1] if len(inputs) > 1 else None
    if data is None or weights is None or weights.quantization is None or weights.quantization.fault is not None:
        return None
    bias = inputs[2] if len(inputs) > 2 else None
    if weights.dtype not in BYTES or (bias is not None and bias.dtype not in (DType.i32, DType.i64)):
        return None
    scales = weights.quantization.scale
    assert inputs[0] is not None
    if len(scales) == 1 and (joined or inputs[0].dtype is DType.u8):
        product = np.float64(np.float32(data.scale[0]) * np.float32(scales[0]))
        return (Multiplier.of(product / np.float64(np.float32(result.scale[0]))),)
    each = np.asarray(scales, np.float32).astype(np.float64)
    wide = np.float64(np.float32(data.scale[0])) * each / np.float64(np.float32(result.scale[0]))
    return (Multiplier.of(wide if wide.size > 1 else wide[0]),)


def _convolution(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    return _sums(inputs, result, joined=False)


def _fully_connected(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    return _sums(inputs, result, joined=True)


def _transposed(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    _, weights, *rest = inputs
    return _sums((*rest[:1], weights, *rest[1:]), result, joined=False) if rest else None


def _same(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    data = _bytes(inputs[0])
    if data is None:
        return None
    first, second = (np.float64(np.float32(q.scale[0])) for q in (data, result))
    return (Multiplier.of(first / second),)


def _product(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    first, second = _bytes(inputs[0]), _bytes(inputs[1])
    if first is None or second is None:
        return None
    a, b, y = (np.float32(q.scale[0]) for q in (first, second, result))
    return (Multiplier.of(np.float64(a * b / y)),)


def _sum(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier, tuple[Multiplier, ...], int] | None:
    first, second = _bytes(inputs[0]), _bytes(inputs[1])
    if first is None or second is None:
        return None
    a, b, y = (np.float64(np.float32(q.scale[0])) for q in (first, second, result))
    twice = 2 * max(a, b)
    back = Multiplier.of(twice / ((1 << _SUM_BITS) * y))
    return back, (Multiplier.of(a / twice), Multiplier.of(b / twice)), _SUM_BITS


def _mean(inputs: Tensors, result: TensorQuantization) -> tuple[Multiplier] | None:
    """A sum, whose number of terms is divided off the multiplier."""
    found, axes, data = _same(inputs, result), inputs[1], inputs[0]
    if found is None or axes is None or data is None or axes.data is None or data.signature is None:
        return None
    along = {int(axis) % max(len(data.signature), 1) for axis in axes.read("the axes of MEAN").ravel()}
    sizes = [data.signature[axis] for axis in along]
    count = int(np.prod([size or 0 for size in sizes], dtype=np.int64))
    if count < 1:
        return None
    number, shift = int(found[0].numbers), int(found[0].shifts)
    more = min(count.bit_length() - 1, 32, BITS + shift)
    return (Multiplier(np.asarray((number << more) // count), np.asarray(shift - more)),)


_KERNELS: dict[str, Callable[[Tensors, TensorQuantization], Any]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "TRANSPOSE_CONV": _transposed,
    "FULLY_CONNECTED": _fully_connected,
    "QUANTIZE": _same,
    "RELU": _same,
    "RELU6": _same,
    "RELU_0_TO_1": _same,
    "RELU_N1_TO_1": _same,
    "MUL": _product,
    "MEAN": _mean,
    "ADD": _sum,
    "SUB": _sum,
}
