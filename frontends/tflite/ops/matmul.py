"""Products of matrices."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.frontends.engine.channels_last import before_elementwise
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.framework import TFLITE


@TFLITE.imports("FULLY_CONNECTED")
def fully_connected(
    input: Value,
    weights: Value,
    bias: Value | None = None,
    *,
    fused_activation_function: str = "NONE",
    weights_format: str = "DEFAULT",
    keep_num_dims: bool = False,
    asymmetric_quantize_inputs: bool = False,
    quantized_bias_type: str = "FLOAT32",
    quant_spec: tuple[int, ...] = (),
) -> Value:
    """Weights are [out, in]; without ``keep_num_dims`` the data is seen as rows of ``in`` numbers."""
    if weights_format != "DEFAULT":
        raise UnsupportedError(f"weights in the format {weights_format} are an older converter's; convert anew")
    if weights.type.rank != 2:
        raise InputError(f"weights are {weights.type}, their rank must be 2")
    depth = weights.type.shape[1]
    rows = input.type.rank == 2 or (keep_num_dims and input.type.rank > 1)
    fits = input.type.rank > 0 and input.type.shape[-1] == depth
    data = input if rows and fits else _rows(input, depth)
    made = MatMul(transpose_b=True)(data, weights)
    return activated(made if bias is None else Add()(made, bias), fused_activation_function)


@TFLITE.imports("BATCH_MATMUL")
def batch_matmul(
    x: Value, y: Value, *, adj_x: bool = False, adj_y: bool = False, asymmetric_quantize_inputs: bool = False
) -> Value:
    """x @ y, each transposed first where that is asked for."""
    return MatMul(adj_x, adj_y)(x, y)


def _rows(data: Value, depth: object) -> Value:
    if not isinstance(depth, int) or depth < 1:
        raise InputError(f"the weights are for {depth} inputs a row; a fixed number above 0 is needed")
    shape = np.array([-1, depth], np.int64)
    return before_elementwise(data, lambda source: Reshape()(source, shape))
