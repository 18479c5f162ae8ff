"""Loads of a short stride along the vector axis, and windows at the edges of images, against onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codegen.onnx_native import check_text

POOLS = {
    "stride 2 with edges": "kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]",
    "stride 2": "kernel_shape = [3, 3], strides = [2, 2]",
    "stride 3": "kernel_shape = [2, 2], strides = [3, 3]",
    "stride 4": "kernel_shape = [5, 4], strides = [3, 4], pads = [2, 0, 0, 3]",
    "stride 5": "kernel_shape = [3, 5], strides = [1, 5]",
    "wide edges": "kernel_shape = [5, 5], pads = [2, 2, 2, 2]",
    "uneven edges": "kernel_shape = [3, 9], pads = [0, 8, 2, 1], strides = [1, 2]",
    "longer than is unrolled": "kernel_shape = [1, 11], pads = [0, 5, 0, 5]",
    "dilated": "kernel_shape = [3, 3], dilations = [2, 2], pads = [2, 2, 2, 2], strides = [2, 2]",
}


def _feed(*shape, kind=np.float32):
    return [{"x": np.random.default_rng(7).standard_normal(shape).astype(kind) - np.asarray(3, kind)}]


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("width", [19, 71])
def test_pools(name, width, tmp_path):
    kinds = f"y = MaxPool <{POOLS[name]}> (x)"
    if "dilations" not in POOLS[name]:
        kinds += f"\nz = AveragePool <{POOLS[name]}> (x)\n v = AveragePool <{POOLS[name]}, count_include_pad = 1> (x)"
    outputs = "float[a,b,c,d] y" + ("" if "dilations" in POOLS[name] else ", float[a,b,c,d] z, float[a,b,c,d] v")
    text = f"g (float[2,3,13,{width}] x) => ({outputs}) {{\n {kinds}\n}}"
    check_text(text, _feed(2, 3, 13, width), tmp_path, 2e-6)


@pytest.mark.parametrize("kind", ["float", "double", "uint8", "int64", "float16"])
@pytest.mark.parametrize("step", [-1, 2, 3, 4])
def test_slices(kind, step, tmp_path):
    begin, end = (37, -100) if step < 0 else (1, 60)
    held = f"int64[1] b = {{{begin}}}, int64[1] e = {{{end}}}, int64[1] a = {{2}}, int64[1] s = {{{step}}}"
    text = f"g ({kind}[3,2,61] x) => ({kind}[u,v,w] y) <{held}> {{\n y = Slice (x, b, e, a, s)\n}}"
    numbers = np.random.default_rng(3).integers(0, 100, (3, 2, 61))
    check_text(text, [{"x": numbers.astype({"float": "float32"}.get(kind, kind))}], tmp_path, 0)
