"""Copies: a tensor in another layout or type."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.loops.family import LoopFamily, NestPart
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.lower.access import read
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.task.implementation import Part
from dldt.codegen.task.task import Leaf


class CopyFamily(LoopFamily):
    """``out[i] = a0[i]``."""

    name = "copy"

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        if task.region is not None:
            return None
        (tensor,) = task.reads
        source = attrs.evolve(tensor.buffer, name="a0", role=tensor.role)
        output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
        return [NestPart(task.name, output_nest(output, read(source)), {source: tensor, output: task.output})]
