"""Weights of a few bits in blocks that have a scale each: MatMulNBits, GatherBlockQuantized."""

from __future__ import annotations

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseRightShift
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.stored import StoredTensor
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT

_BITS = (2, 4, 8)


@ONNX.imports("MatMulNBits", domain=MICROSOFT)
def matmul_n_bits(
    A: Value,
    B: Value,
    scales: Value,
    zero_points: Value | None = None,
    g_idx: Value | None = None,
    bias: Value | None = None,
    *,
    K: int,
    N: int,
    accuracy_level: int = 0,
    bits: int = 4,
    block_size: int,
    weight_prepacked: int = 0,
) -> Value:
    """A times the transposed matrix [N,K] of ``bits`` bits an element; B is u8[N,blocks,block_size*bits/8], each byte
    with its lowest element first; scales [N,blocks]; zero points are packed like B, or of the scales' type. The
    product is computed in the type of A, however low ``accuracy_level`` allows it to be."""
    if bits not in _BITS or weight_prepacked:
        raise UnsupportedError(f"MatMulNBits with {bits} bits, weight_prepacked = {weight_prepacked} is not supported")
    if g_idx is not None:
        raise UnsupportedError("MatMulNBits with g_idx is not supported")
    if K < 1 or N < 1 or block_size < 16 or block_size & (block_size - 1):
        raise InputError(
            f"K is {K}, N {N}, block_size {block_size}: sizes must be at least 1, a block a power of two from 16 on"
        )
    packed, factors = _known(B, "B"), _known(scales, "scales")
    blocks = -(-K // block_size)
    budget().ask(N * blocks * block_size * 4)
    if packed.size * 8 != N * blocks * block_size * bits or factors.size != N * blocks:
        raise InputError(f"B {B.type} and scales {scales.type} are not {N} rows of {blocks} blocks of {block_size}")
    numbers = _unpacked(packed.reshape(N, blocks, -1), bits).astype(factors.dtype)
    start = _starts(zero_points, N, blocks, bits, factors.dtype)
    weights = ((numbers - start) * factors.reshape(N, blocks, 1)).reshape(N, -1)[:, :K]
    made = MatMul(False, True)(A, np.ascontiguousarray(weights, A.type.dtype.numpy))
    return made if bias is None else Add()(made, bias)


@ONNX.imports("GatherBlockQuantized", domain=MICROSOFT)
def gather_block_quantized(
    data: Imported,
    indices: Value,
    scales: Value,
    zero_points: Imported | None = None,
    *,
    bits: int = 4,
    block_size: int = 128,
    gather_axis: int = 0,
    quantize_axis: int = 1,
) -> Value:
    """The rows of a quantised table, as numbers: u8 holds ``8 / bits`` elements of the last axis, the lowest first."""
    if bits not in _BITS or gather_axis != 0:
        raise UnsupportedError(f"GatherBlockQuantized with {bits} bits along axis {gather_axis} is not supported")
    packed = isinstance(data, Value) and data.type.dtype is DType.u8
    table, start = _bits_of(data), None if zero_points is None else _bits_of(zero_points)
    last = table.type.rank - 1
    if quantize_axis not in (-1, last) or table.type.rank < 2:
        raise UnsupportedError(f"GatherBlockQuantized with blocks along axis {quantize_axis} is not supported")
    zero = np.array(0, np.int64)
    rows, factors = Gather()(table, indices, zero), Gather()(scales, indices, zero)
    origin = None if start is None else Gather()(start, indices, zero)
    if packed and bits < 8:
        rows = _apart(rows, bits)
        origin = None if origin is None else _apart(origin, bits)
    floats = Convert(scales.type.dtype)(rows)
    if origin is not None:
        floats = Subtract()(floats, _spread(Convert(scales.type.dtype)(origin), floats, block_size))
    elif packed:
        floats = Subtract()(floats, float(1 << (bits - 1)))
    return Multiply()(floats, _spread(factors, floats, block_size))


def _known(x: Value, name: str) -> Array:
    if x.constant is None:
        raise UnsupportedError(f"MatMulNBits whose {name} is computed is not supported")
    return x.constant


def _unpacked(packed: Array, bits: int) -> Array:
    """[…,bytes] → […,bytes * 8 / bits]"""
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    return ((packed[..., None] >> shifts) & np.uint8((1 << bits) - 1)).reshape(*packed.shape[:-1], -1)


def _starts(zero: Value | None, rows: int, blocks: int, bits: int, dtype: np.dtype[np.generic]) -> Array:
    if zero is None:
        return np.asarray(1 << (bits - 1), dtype)
    known = _known(zero, "zero_points")
    if known.dtype == np.uint8:
        known = _unpacked(known.reshape(rows, -1), bits)[:, :blocks]
    if known.size != rows * blocks:
        raise InputError(f"zero_points {zero.type} are not those of {rows} rows of {blocks} blocks")
    return known.reshape(rows, blocks, 1).astype(dtype)


def _bits_of(x: Imported) -> Value:
    if isinstance(x, StoredTensor):
        return x.bits
    if not isinstance(x, Value):
        raise InputError("a tensor is needed, this is a sequence")
    return x


def _apart(x: Value, bits: int) -> Value:
    """The elements that the bytes of the last axis hold, one behind the other."""
    mask = np.asarray((1 << bits) - 1, np.uint8)
    fields = [BitwiseAnd()(BitwiseRightShift()(x, np.asarray(at, np.uint8)), mask) for at in range(0, 8, bits)]
    last = np.array([-1], np.int64)
    stacked = Concat(-1)(*(Unsqueeze()(field, last) for field in fields))
    kept = x.type.rank - 1
    return Reshape(special_zero=True)(stacked, np.array([*[0] * kept, -1], np.int64))


def _spread(x: Value, like: Value, block_size: int) -> Value:
    """A number of each block for each of its elements."""
    size = like.type.shape[-1]
    if not isinstance(size, int):
        raise InputError(f"the rows of {like.type} must have a known length")
    return Gather()(x, np.arange(size, dtype=np.int64) // block_size, np.array(like.type.rank - 1, np.int64))
