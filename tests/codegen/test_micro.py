"""Micro-kernels keep their accumulators in registers: read from the assembly, for every target."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.codegen.kernels.register_tiles import register_tiles
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType

# name: (channels in, channels out, side, kernel, stride, pad, groups)
SHAPES = {
    "resnet-1x1": (64, 256, 56, 1, 1, 0, 1),
    "resnet-3x3": (64, 64, 56, 3, 1, 1, 1),
    "resnet-3x3-7": (512, 512, 7, 3, 1, 1, 1),
    "stride-2": (128, 128, 28, 3, 2, 1, 1),
    "first-layer": (3, 64, 112, 7, 2, 3, 1),
    "alexnet-11x11": (3, 96, 63, 11, 4, 0, 1),
    "5x5": (32, 64, 28, 5, 1, 2, 1),
    "depthwise": (64, 64, 28, 3, 1, 1, 64),
    "odd-channels": (20, 33, 15, 3, 1, 1, 1),
    "half-vector": (24, 24, 40, 1, 1, 0, 1),
    "groups, half-vector": (128, 136, 28, 1, 1, 0, 4),
}
# A vector register moved to or from the stack.
SPILLS = {
    "x86_64": re.compile(r"[xyz]mm\d+, .*\(%[er]sp|\(%[er]sp[^)]*\), %[xyz]mm"),
    "aarch64": re.compile(r"(ldr|str|ldp|stp|ldur|stur)\s+q\d+.*\[sp"),
}
# Without FMA a product needs a register of its own and x86 overwrites an operand: LLVM moves a few values between its
# 16 registers and the stack there (x86-64-v2 is for machines of before 2013).
ALLOWED = {"x86-64-v2": 0.125}
MULTIPLY_ADDS = {"x86_64": re.compile(r"vfmadd|mulps|vdpbf16ps"), "aarch64": re.compile(r"\bfmla\b")}


def weights(*shape):
    """Numbers that fewer bits do not hold."""
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def convolution_graph(channels, outputs, side, kernel, stride, pad, groups):
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (1, channels, side, side)))
    # A dense convolution in front: the kernel under test reads what kernels write, channel blocks.
    if channels > 3:
        x = ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(x, weights(channels, channels, 1, 1))
    attributes = ((stride, stride), (pad, pad), (pad, pad), (1, 1))
    shape = (outputs // groups, channels // groups, kernel, kernel)
    if groups > 1:
        y = ops.GroupConvolution(*attributes)(x, weights(groups, *shape))
    else:
        y = ops.Convolution(*attributes)(x, weights(*shape))
    bias = np.ones((1, outputs, 1, 1), np.float32)
    graph.result(ops.ReLU()(ops.Add()(y, bias)), "y")
    return graph


def inner_loops(assembly, arch):
    """The basic blocks that branch back to their own label and multiply and add."""
    blocks = re.split(r"^(\.L\w+):", assembly, flags=re.MULTILINE)
    for label, body in zip(blocks[1::2], blocks[2::2], strict=True):
        count = len(MULTIPLY_ADDS[arch].findall(body))
        if count >= 8 and re.search(rf"\bj\w+\s+{re.escape(label)}\b|\bb\S*\s+.*{re.escape(label)}\b", body):
            yield body


@pytest.mark.parametrize("level", TARGETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_accumulator_is_spilled(shape, level):
    target = TARGETS[level]
    model = assemble(convolution_graph(*SHAPES[shape]), target, numerics=Numerics(winograd=False))
    codes = compile_modules(model.modules, target, assembly=True)
    text = "\n".join(code.assembly for code in codes)
    loops = list(inner_loops(text, target.arch))
    assert loops, "no inner loop was found in the assembly"
    for body in loops:
        spills = [line for line in body.splitlines() if SPILLS[target.arch].search(line)]
        assert len(spills) <= ALLOWED.get(level, 0) * len(MULTIPLY_ADDS[target.arch].findall(body)), "\n".join(spills)


@pytest.mark.parametrize("level", TARGETS)
def test_tiles_fit_the_registers(level):
    target = TARGETS[level]
    for rows, columns in register_tiles(target):
        product = 0 if target.fma else 1
        assert rows * columns + columns + 1 + product <= target.registers
