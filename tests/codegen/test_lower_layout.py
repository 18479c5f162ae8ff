"""Blocked outputs of every operation case."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop.buffers import Buffer, Layout
from dldt.codegen.loop.interpreter import Frame
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler.types import DType
from tests.ops.table import all_cases


@pytest.mark.parametrize("block", [4, 16])
def test_blocked_outputs_of_all_cases_have_a_place_for_every_element(block):
    with np.errstate(all="ignore"):
        shapes = {want.shape for case in all_cases() if type(case.op) in RULES for want in case.expected()}
    for shape in sorted(shapes):
        if len(shape) < 3 or 0 in shape:
            continue
        buffer = Buffer("y", DType.f32, shape, Layout(block))
        fresh = Fresh()
        axes = [fresh.axis("i", dim) for dim in shape]
        frame = Frame({}, {}, 0)
        for axis, size in zip(axes, shape, strict=True):
            frame = frame.over(axis, 0, size)
        places = np.broadcast_to(frame.dim(buffer.offset(tuple(axis.symbol for axis in axes))), shape).ravel()
        assert len(np.unique(places)) == places.size
        assert 0 <= places.min() <= places.max() < buffer.elements
