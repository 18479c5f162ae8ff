"""Contractions of bytes for the tests: targets with the instructions that multiply them, graphs, and numpy's sums."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.host import resolve_target
from dldt.codegen.target import TARGETS, Target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.native import run_emulated, run_native
from tests.codegen.qemu import require_emulator

MORE = {
    "avx512-vnni": ("x86-64-v4", "avx512vnni"),
    "avx-vnni": ("x86-64-v3", "avxvnni"),
    "neon-dot": ("aarch64", "dotprod"),
    "neon-i8mm": ("aarch64", "dotprod", "i8mm"),
}
"""Targets with instructions that the levels do not have."""
LEVELS = ("host", *TARGETS, *MORE)


def target_of(level: str) -> Target:
    """The target of a level, or one with further instructions."""
    if level not in MORE:
        return resolve_target(level)
    base, *features = MORE[level]
    return attrs.evolve(TARGETS[base], features=(*TARGETS[base].features, *features))


def run(graph, feeds, level, folder):
    """The only output, by native code on this machine or under qemu-user; skips where neither runs it."""
    target = target_of(level)
    if target.arch == resolve_target("host").arch:
        return run_native(graph, feeds, target, folder, threads=2)["y"]
    require_emulator(target)
    return run_emulated(graph, feeds, target, folder)["y"]


def as_floats(value, zero):
    """Bytes as floats, less their zero point."""
    wide = ops.Convert(DType.f32)(value)
    return ops.Subtract()(wide, np.float32(zero)) if zero else wide


def extremes(dtype, shape, seed):
    """Random bytes; in one part all are the largest, in another all the least."""
    limits, rng = np.iinfo(dtype), np.random.default_rng(seed)
    x = rng.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)
    flat = x.reshape(-1)
    flat[: x.size // 4] = limits.max
    flat[x.size // 4 : x.size // 3] = limits.min
    return x


@attrs.frozen
class Case:
    """A convolution of bytes; kernel, stride, padding and dilation are those of both axes."""

    inputs: int
    outputs: int
    size: tuple[int, int]
    kernel: int = 1
    stride: int = 1
    pad: int = 0
    groups: int = 1
    dilation: int = 1

    def filters(self, low, high):
        """Random filters of these bounds; the first channel's are all the least, the last one's the largest."""
        shape = (self.outputs, self.inputs // self.groups, self.kernel, self.kernel)
        w = np.random.default_rng(self.outputs).integers(low, high, shape, endpoint=True)
        w[0], w[-1] = low, high
        return w

    def of(self, x, w):
        """The convolution, of floats."""
        pair = lambda n: (n, n)  # noqa: E731 - one attribute for two axes
        fields = (pair(self.stride), pair(self.pad), pair(self.pad), pair(self.dilation))
        w = w.astype(np.float32)
        if self.groups == 1:
            return ops.Convolution(*fields)(x, w)
        return ops.GroupConvolution(*fields)(x, w.reshape(self.groups, -1, *w.shape[1:]))

    def sums(self, x, w):
        """The sums of products of integers, in numpy."""
        pads = ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad))
        reach = (self.kernel - 1) * self.dilation + 1
        seen = np.lib.stride_tricks.sliding_window_view(np.pad(x.astype(np.int64), pads), (reach, reach), (2, 3))
        seen = seen[:, :, :: self.stride, :: self.stride, :: self.dilation, :: self.dilation]
        apart = seen.reshape(len(x), self.groups, -1, *seen.shape[2:])
        filters = w.reshape(self.groups, -1, *w.shape[1:])
        total = np.einsum("ngchwij,gocij->ngohw", apart, filters, optimize=True)
        return total.reshape(len(x), self.outputs, *total.shape[3:])


def convolution(case, dtype, zero, w):
    """A graph of one convolution of bytes, whose result are integers."""
    graph = Graph("integers")
    x = graph.parameter("x", TensorType(DType.of(dtype), (2, case.inputs, *case.size)))
    graph.result(ops.Convert(DType.i32)(case.of(as_floats(x, zero), w)), "y")
    return graph
