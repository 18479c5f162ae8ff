"""Quantised nets, as MXNet's own quantize_model makes them."""

from __future__ import annotations

import mxnet as mx
import numpy as np
from mxnet.contrib.quantization import quantize_model


def _net():
    data = mx.sym.var("data")
    x = mx.sym.Convolution(data, kernel=(3, 3), num_filter=8, pad=(1, 1), name="c1")
    x = mx.sym.Activation(x, act_type="relu")
    y = mx.sym.Convolution(x, kernel=(3, 3), num_filter=8, pad=(1, 1), name="c2", no_bias=True)
    x = mx.sym.Pooling(x + y, kernel=(2, 2), stride=(2, 2), pool_type="max")
    z = mx.sym.concat(x, x * 2, dim=1)
    z = mx.sym.Flatten(mx.sym.Pooling(z, kernel=(2, 2), stride=(2, 2), pool_type="avg"))
    return mx.sym.FullyConnected(z, num_hidden=5, name="fc")


def quantized(mode, dtype):
    """The net with ranges that are computed, or found by calibration; its parameters are arrays."""
    net, rng = _net(), np.random.RandomState(3)
    shapes, _, _ = net.infer_shape(data=(2, 3, 8, 8))
    names = [(name, shape) for name, shape in zip(net.list_arguments(), shapes, strict=True) if name != "data"]
    arrays = {name: mx.nd.array(rng.standard_normal(shape) * 0.3) for name, shape in names}
    data = rng.uniform(0, 3, (4, 3, 8, 8)).astype(np.float32)  # MXNet convolves u8 alone
    calibration = mx.io.NDArrayIter(data, batch_size=2) if mode != "none" else None
    symbol, made, _ = quantize_model(
        net,
        arrays,
        {},
        label_names=None,
        excluded_sym_names=["c2"],
        calib_mode=mode,
        calib_data=calibration,
        num_calib_examples=4,
        quantized_dtype=dtype,
    )
    return symbol, {name: array.asnumpy() for name, array in made.items()}, {"data": data[:2]}


QUANTIZED = {"quantized": lambda: quantized("naive", "auto")}
