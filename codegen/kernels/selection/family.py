"""The best elements of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.selection.emit import emit_ranked
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import product, symbols
from dldt.compiler.graph import Node
from dldt.compiler.types import Array, DType, Shape


@attrs.frozen
class SelectionPart:
    """Rows of ``shape`` and what is wanted of them."""

    problem: Ranked
    shape: Shape


class SelectionFamily(Family):
    """Selects the best elements of each row; threads share the rows."""

    name = "selection"
    rows = True
    exact = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, Ranked)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, Ranked):
            return None
        (x,) = anchor.inputs
        assert x is not None
        return [SelectionPart(anchor.op, x.type.shape)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        return Estimate(0.0, Implementation(self.name, "candidates"))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, operands = chosen.part, operands_of(task)
        assert isinstance(part, SelectionPart)
        (source,) = operands.buffers.values()
        found = {s for dim in (*part.shape, part.problem.count) for s in symbols(dim)}
        names = tuple(sorted(found, key=str))
        rows = product(part.shape[:-1])
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=Emission(emit_ranked, (part.problem, source, operands.output, names), operands.alias([source])),
            operands=operands.of([source]),
            symbols=names,
            extent=rows,
            work=rows * part.shape[-1] * 4,
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """The positions of the best elements of each row."""
        op = ops.TopK(-1, problem.mode, "index" if problem.by_position else "value", DType.i64)
        return op.evaluate(operands[0], np.asarray(problem.count))[1]
