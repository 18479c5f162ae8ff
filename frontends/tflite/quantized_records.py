"""Operations on quantised tensors as records: floats between ``dequantize`` and ``quantize`` nodes.

The passes move these through the graph (``passes/quantization.py``), so that contractions sum bytes. What only moves
elements, or compares those of one scale, works on the integers themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dldt.compiler.types import DType
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tflite.framework import INTERNAL
from dldt.frontends.tflite.integer_kernel import IntegerKernel
from dldt.frontends.tflite.multiplier import Multiplier
from dldt.frontends.tflite.tensor import FileTensor, TensorQuantization

_RAW = frozenset(
    ("SHAPE", "RANK", "CAST", "BITCAST", "ARG_MAX", "ARG_MIN", "IF", "WHILE", "CALL", "STABLEHLO_COMPOSITE", "DENSIFY")
)
"""Operations that never look at what the integers stand for."""

_MOVES = frozenset(
    (
        *("RESHAPE", "TRANSPOSE", "SLICE", "STRIDED_SLICE", "GATHER", "GATHER_ND", "CONCATENATION", "PACK", "UNPACK"),
        *("SPLIT", "SPLIT_V", "PADV2", "MIRROR_PAD", "TILE", "EXPAND_DIMS", "SQUEEZE", "REVERSE_V2", "BROADCAST_TO"),
        *("REVERSE_SEQUENCE", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "BATCH_TO_SPACE_ND", "RESIZE_NEAREST_NEIGHBOR"),
        *("MAX_POOL_2D", "MAXIMUM", "MINIMUM", "REDUCE_MAX", "REDUCE_MIN", "SELECT", "SELECT_V2", "TOPK_V2"),
        *("DYNAMIC_UPDATE_SLICE", "EMBEDDING_LOOKUP", "FILL", "UNIQUE", "EQUAL", "NOT_EQUAL", "LESS", "GREATER"),
        *("LESS_EQUAL", "GREATER_EQUAL", "AVERAGE_POOL_2D"),
    )
)
"""Those that do not where all tensors have one quantisation."""
_CONTRACTIONS = frozenset(
    ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "CONV_3D", "CONV_3D_TRANSPOSE")
)
_BIASED = _CONTRACTIONS | {"SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_RNN"}
_BIASED |= {"BIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN"}


def works_on_integers(
    op: str, attributes: dict[str, Any], tensors: Sequence[FileTensor | None], constants: set[str] | None = None
) -> bool:
    """Whether an operation takes and gives the integers of its quantised tensors as they are."""
    if op in _RAW:
        return True
    if op not in _MOVES or attributes.get("fused_activation_function", "NONE") != "NONE":
        return False
    found = {t.quantization.alike for t in tensors if t is not None and t.is_quantized and t.quantization is not None}
    floats = any(t is not None and isinstance(t.dtype, DType) and t.dtype.is_float for t in tensors)
    return len(found) == 1 and not floats


def stands_for_floats(op: str, position: int, tensor: FileTensor) -> bool:
    """Whether an input of an operation is dequantised before it."""
    if tensor.is_quantized:
        return True
    wide = tensor.dtype in (DType.i32, DType.i64) and tensor.quantization is not None
    return wide and (op == "DEQUANTIZE" or (op in _BIASED and position >= 2))


def dequantize(integers: str, floats: str, quantization: TensorQuantization) -> NodeRecord:
    """The node that makes numbers of integers."""
    return NodeRecord("dequantize", "", (integers,), (floats,), _attributes(quantization), domain=INTERNAL)


def quantize(floats: str, integers: str, tensor: FileTensor, op: str) -> NodeRecord:
    """The node that makes integers of numbers. A contraction is rounded to even, as the kernels for bytes do; its sums
    lie next to a tie only by chance."""
    assert tensor.quantization is not None
    assert isinstance(tensor.dtype, DType)
    attributes = _attributes(tensor.quantization) | {"dtype": tensor.dtype, "ties_to_even": op in _CONTRACTIONS}
    return NodeRecord("quantize", "", (floats,), (integers,), attributes, domain=INTERNAL)


def whole(integers: str, result: str, quantization: TensorQuantization) -> NodeRecord:
    """The node that takes the zero point off integers."""
    return NodeRecord("whole", "", (integers,), (result,), _attributes(quantization), domain=INTERNAL)


def rescale(integers: str, result: str, by: Multiplier, left: int) -> NodeRecord:
    """The node that multiplies integers, which it shifts by ``left`` bits before."""
    return NodeRecord("rescale", "", (integers,), (result,), {"left": left, **_numbers(by)}, domain=INTERNAL)


def requantize(sums: str, result: str, kernel: IntegerKernel) -> NodeRecord:
    """The node at the end of an integer kernel."""
    bounds = {"zero": kernel.zero, "low": kernel.low, "high": kernel.high, "dtype": kernel.dtype, "once": kernel.once}
    return NodeRecord("requantize", "", (sums,), (result,), {**bounds, **_numbers(kernel.result)}, domain=INTERNAL)


def byte(words: str, result: str, *, high: bool) -> NodeRecord:
    """The node that takes one of the two bytes of words."""
    return NodeRecord("byte", "", (words,), (result,), {"high": high}, domain=INTERNAL)


def joined(high: str, low: str, bias: str, result: str) -> NodeRecord:
    """The node that joins the sums of both bytes, and the bias where there is one."""
    return NodeRecord("joined", "", (high, low, bias), (result,), {}, domain=INTERNAL)


def bound(integers: str, result: str, limits: tuple[int, int]) -> NodeRecord:
    """The node that keeps integers between the bounds of an activation."""
    low, high = limits
    return NodeRecord("bound", "", (integers,), (result,), {"low": low, "high": high}, domain=INTERNAL)


def _numbers(by: Multiplier) -> dict[str, Any]:
    return {"numbers": TensorRecord.of(by.numbers), "shifts": TensorRecord.of(by.shifts)}


def _attributes(quantization: TensorQuantization) -> dict[str, Any]:
    if quantization.fault is not None:
        return {"scale": quantization.fault, "zero": quantization.fault, "axis": 0}
    return {
        "scale": TensorRecord.of(np.array(quantization.scale, np.float32)),
        "zero": TensorRecord.of(np.array(quantization.zero, np.int64)),
        "axis": quantization.axis,
    }
