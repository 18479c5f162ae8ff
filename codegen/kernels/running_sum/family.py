"""The family of running sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.running_sum.emit import COLUMNS, emit_running_sum
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import ceildiv, product, symbols
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array


@attrs.frozen
class RunningSum:
    """Sums along an axis."""

    op: ops.CumSum
    axis: int


@attrs.frozen
class RunningSumPart:
    """What is wanted, and the value of whose elements."""

    problem: RunningSum
    x: Value = attrs.field(eq=False)


class RunningSumFamily(Family):
    """Sums element by element, in the order of the axis. Threads share the rows and blocks of columns."""

    name = "running_sum"
    rows = True
    exact = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, ops.CumSum)

    def writes_parts(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, ops.CumSum)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, ops.CumSum):
            return None
        x, axis = anchor.inputs
        if x is None or axis is None or axis.constant is None or x not in task.inputs:
            return None
        return [RunningSumPart(RunningSum(anchor.op, int(axis.constant.item()) % x.type.rank), x)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        return Estimate(0.0, Implementation(self.name, "columns"))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, operands = chosen.part, operands_of(task)
        assert isinstance(part, RunningSumPart)
        op, axis, source = part.problem.op, part.problem.axis, operands.buffers[part.x]
        names = tuple(sorted({s for dim in source.shape for s in symbols(dim)}, key=str))
        arguments = (axis, op.exclusive, op.reverse, source, operands.output, names)
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=Emission(emit_running_sum, arguments, operands.alias([source])),
            operands=operands.of([source]),
            symbols=names,
            extent=product(source.shape[:axis]) * ceildiv(product(source.shape[axis + 1 :]), COLUMNS),
            work=product(source.shape),
            arithmetic=product(source.shape),
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """See Family."""
        made: Array = problem.op.evaluate(operands[0], np.asarray(problem.axis))
        return made
