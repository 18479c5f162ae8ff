"""A grouped convolution that reads shuffled channels where they are, with no kernel for the shuffle."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import Add, GroupConvolution, ReLU, ShuffleChannels
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu
from tests.codegen.native import run_emulated, run_native
from tests.codegen.qemu import require_emulator


def graph_of(groups, inputs, outputs, shuffle, kernel=1, stride=1, batch=2):
    """Depthwise convolution (channel blocks; an input in C order where there is one image) → ShuffleChannels →
    GroupConvolution → bias → ReLU."""
    rng = np.random.default_rng(groups + inputs)
    graph = Graph("shuffled")
    x = graph.parameter("x", TensorType(DType.f32, (batch, groups * inputs, 9, 11)))
    if batch > 1:
        x = GroupConvolution((1, 1), (1, 1), (1, 1), (1, 1))(
            x, rng.standard_normal((groups * inputs, 1, 1, 3, 3), np.float32)
        )
    pad = kernel // 2
    made = GroupConvolution((stride, stride), (pad, pad), (pad, pad), (1, 1))(
        ShuffleChannels(axis=1, group=shuffle)(x),
        rng.standard_normal((groups, outputs, inputs, kernel, kernel), np.float32),
    )
    bias = rng.standard_normal((1, groups * outputs, 1, 1), np.float32)
    graph.result(ReLU()(Add()(made, bias)), "y")
    return graph


CASES = [(4, 34, 34, 4), (2, 32, 32, 2), (4, 6, 28, 3), (3, 16, 5, 8, 3, 2), (2, 40, 24, 5, 3, 1, 1)]


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2", "aarch64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_shuffled_channels_are_found(case, level, tmp_path):
    graph = graph_of(*case)
    feeds = {"x": np.random.default_rng(1).standard_normal(graph.inputs[0].type.shape, np.float32)}
    target = TARGETS["aarch64"] if level == "aarch64" else resolve_target(level)
    assert [k.what for k in assemble(graph, target).calls.kernels if "Shuffle" in k.what] == [
        "ShuffleChannels+GroupConvolution+Add+ReLU"
    ]
    wanted = interpret(graph, feeds)["y"]
    if level == "aarch64":
        require_emulator(target)
        got = run_emulated(graph, feeds, target, tmp_path)["y"]
    else:
        missing = cpu.missing(list(target.features))
        if missing:
            pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
        got = run_native(graph, feeds, target, tmp_path, threads=2)["y"]
    np.testing.assert_allclose(got, wanted, atol=1e-5 * np.abs(wanted).max())
