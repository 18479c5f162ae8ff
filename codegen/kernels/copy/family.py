"""Copies: a tensor in another layout or type."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.copy.emit import emit_transposition
from dldt.codegen.kernels.copy.transposition import Transposition
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.loops.family import LoopFamily, NestPart
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.lower.access import read
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.named_sizes import written_symbols


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

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        assert isinstance(part, NestPart)
        if Transposition.of(*part.tensors) is None:
            return super().best(part, on)
        return Estimate(0.0, Implementation(self.name, "transposed"))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, made = chosen.part, chosen.implementation
        assert isinstance(part, NestPart)
        form = Transposition.of(*part.tensors)
        if made.algorithm != "transposed" or form is None:
            return super().kernels(task, chosen, on)
        tensors = tuple(part.tensors.values())
        names = tuple(sorted(written_symbols(form.images) | written_symbols(form.pixels), key=str))
        alias = tensors[0].base is tensors[1].base
        return [
            Kernel(
                what=part.what,
                implementation=made,
                emit=Emission(emit_transposition, (form, tuple(part.tensors), names), alias),
                operands=tensors,
                symbols=names,
                extent=form.extent,
                work=form.images * form.channels * form.pixels // 4,
                nest=part.problem,
            )
        ]
