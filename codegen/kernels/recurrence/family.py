"""Loops of recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.recurrence.emit import emit_recurrence
from dldt.codegen.kernels.recurrence.plan import LoopPlan, loop_plan
from dldt.codegen.kernels.recurrence.reference import run_recurrence
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.task import Leaf
from dldt.compiler.content import Content
from dldt.compiler.dims import Dim, ceildiv
from dldt.compiler.graph import Node, Value
from dldt.compiler.named_sizes import written_symbols
from dldt.compiler.types import Array, DType

_JOINED = {4: 5, 3: 4, 1: 0}
"""Operations that join the gates of a unit to its new state, by the number of gates."""


@attrs.frozen
class RecurrenceProblem:
    """The loop of ``op`` over ``steps`` for ``batch`` sequences. ``ragged``: their lengths differ. ``biased``: the
    candidate has a bias of its own."""

    op: Recurrence
    batch: Dim
    steps: Dim
    ragged: bool
    biased: bool
    dtype: DType = DType.f32


@attrs.frozen
class RecurrencePart:
    """The problem, the weights [directions, gates * hidden, hidden] (None: they are computed, and lie packed at a port
    of their own), and the values that the other ports read."""

    problem: RecurrenceProblem
    weights: Array | None = attrs.field(eq=False)
    ports: Mapping[str, Value] = attrs.field(eq=False)


class RecurrenceFamily(Family):
    """Runs a layer step by step, some sequences side by side. Every step streams the weights from the caches."""

    name = "recurrence"
    rows = True
    exact = True
    states = True
    records: tuple[type, ...] = (LoopPlan,)

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, Recurrence)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, Recurrence):
            return None
        ports = {port: v for port, v in zip(anchor.op.ports, anchor.inputs, strict=False) if v is not None}
        weights = ports["weights"].constant
        if weights is not None:
            ports.pop("weights")
        data = ports["projected"].type
        batch, steps = data.shape[:2]
        ragged, biased = "lengths" in ports, "bias" in ports
        problem = RecurrenceProblem(anchor.op, batch, steps, ragged, biased, data.dtype)
        return [RecurrencePart(problem, weights, ports)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        assert isinstance(part, RecurrencePart)
        problem = part.problem
        sizes = (problem.op, problem.dtype, problem.batch, on.target)
        plan = loop_plan(*sizes, ragged=problem.ragged, biased=problem.biased)
        made = Implementation(self.name, plan.name, plan, arithmetic=plan.arithmetic)
        return Estimate(0.0, made, packing=_packing(part.weights, problem.op, plan))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, plan = chosen.part, chosen.implementation.tile
        assert isinstance(part, RecurrencePart)
        assert isinstance(plan, LoopPlan)
        problem, operands = part.problem, operands_of(task)
        op = problem.op
        ports = {port: operands.buffers[value] for port, value in part.ports.items()}
        used = list(dict.fromkeys(ports.values()))
        names = tuple(sorted(written_symbols(problem.batch) | written_symbols(problem.steps), key=str))
        macs = problem.batch * op.directions * problem.steps * op.gates * op.hidden * op.hidden
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=Emission(emit_recurrence, (op, plan, ports, operands.output, used, names), operands.alias(used)),
            operands=operands.of(used),
            symbols=names,
            extent=ceildiv(problem.batch, plan.rows) * op.directions,
            work=macs // 4,
            flops=2 * macs,
            arithmetic=problem.batch * op.directions * problem.steps * op.hidden * (2 * op.gates + _JOINED[op.gates]),
            packed=_packing(part.weights, op, plan),
            scratch=plan.scratch,
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """See Family. ``operands`` are in the order of the ports of Recurrence."""
        return run_recurrence(problem.op, *operands)


def _packing(weights: Array | None, op: Recurrence, plan: LoopPlan) -> Packing | None:
    if weights is None:
        return None
    size = plan.arithmetic.weights.size * op.directions * plan.direction_size
    return Packing(Content(weights), plan, size, lambda: plan.pack(weights))
