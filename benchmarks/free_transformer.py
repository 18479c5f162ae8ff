"""Transformer blocks of free batch and length, with random weights."""

from __future__ import annotations

import math

import numpy as np
import onnx

from benchmarks.free_networks import FreeNetwork

WIDTH, HEADS, BLOCKS = 256, 8, 2


def transformer() -> onnx.ModelProto:
    """Blocks of self-attention and two products, each with a residual and a layer normalisation, as in BERT."""
    net, x = FreeNetwork("transformer", ["N", "L", WIDTH]), "x"
    for _ in range(BLOCKS):
        x = _normalised(net, net.add("Add", x, _attention(net, x)))
        inner = net.add("Relu", _product(net, x, WIDTH, 4 * WIDTH))
        x = _normalised(net, net.add("Add", x, _product(net, inner, 4 * WIDTH, WIDTH)))
    return net.model(x)


def _product(net: FreeNetwork, x: str, inputs: int, outputs: int) -> str:
    weights = net.rng.standard_normal((inputs, outputs)) / math.sqrt(inputs)
    made = net.add("MatMul", x, net.constant(weights.astype(np.float32)))
    return net.add("Add", made, net.filters(outputs))


def _attention(net: FreeNetwork, x: str) -> str:
    orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    query, key, value = (_heads(net, _product(net, x, WIDTH, WIDTH), order) for order in orders)
    scale = net.constant(np.float32(1 / math.sqrt(WIDTH // HEADS)))
    likely = net.add("Softmax", net.add("Mul", net.add("MatMul", query, key), scale), axis=-1)
    mixed = net.add("Transpose", net.add("MatMul", likely, value), perm=[0, 2, 1, 3])
    return _product(net, net.add("Reshape", mixed, net.constant(np.array([0, 0, WIDTH]))), WIDTH, WIDTH)


def _heads(net: FreeNetwork, x: str, order: list[int]) -> str:
    apart = net.add("Reshape", x, net.constant(np.array([0, 0, HEADS, WIDTH // HEADS])))
    return net.add("Transpose", apart, perm=order)


def _normalised(net: FreeNetwork, x: str) -> str:
    scale, bias = (net.constant(np.full(WIDTH, value, np.float32)) for value in (1, 0))
    return net.add("LayerNormalization", x, scale, bias, axis=-1)
