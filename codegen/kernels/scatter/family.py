"""The family of writing by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.scatter.emit import emit_scattered_rows
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.scattered_rows import ScatteredRows
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import symbols
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.scatter import scattered
from dldt.compiler.types import Array


@attrs.frozen
class ScatterPart:
    """What is written, and the values that its ports read."""

    problem: ScatteredRows
    ports: Mapping[str, Value] = attrs.field(eq=False)


class ScatterFamily(Family):
    """Writes rows one after the other, so that the last of several for one place counts. Threads share the columns."""

    name = "scatter"
    rows = True
    exact = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, ScatteredRows)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, ScatteredRows):
            return None
        ports = {port: v for port, v in zip(anchor.op.ports, anchor.inputs, strict=True) if v is not None}
        return [ScatterPart(anchor.op, ports)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        return Estimate(0.0, Implementation(self.name, "rows"))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, operands = chosen.part, operands_of(task)
        assert isinstance(part, ScatterPart)
        op = part.problem
        buffers = {port: operands.buffers[value] for port, value in part.ports.items()}
        used = list(dict.fromkeys(buffers.values()))
        sizes = (op.rows, op.width, op.count)
        names = tuple(sorted({s for dim in sizes for s in symbols(dim)}, key=str))
        arguments = (op.reduction, sizes, buffers, operands.output, used, names)
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=Emission(emit_scattered_rows, arguments, operands.alias(used)),
            operands=operands.of(used),
            symbols=names,
            extent=op.width,
            work=(op.rows + op.count) * op.width,
            arithmetic=0 if op.reduction == "none" else op.count * op.width,
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """See Family."""
        data, places, updates = operands
        fits = (places >= 0) & (places < problem.rows)
        wide = updates.reshape(len(places), -1)[fits]
        return scattered(data.reshape(problem.rows, -1), places[fits], wide, problem.reduction)
