"""The loop of a recurrent layer: from a task to a kernel."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.kernel import Kernel, name_buffers
from dldt.codegen.kernels.recurrence.emit import emit_recurrence
from dldt.codegen.kernels.recurrence.plan import LoopPlan, rows_together
from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.target import Target
from dldt.codegen.task.task import Compute
from dldt.compiler.dims import ceildiv, symbols


def recurrence_kernels(task: Compute, target: Target) -> list[Kernel] | None:
    """The one kernel of a region that is a Recurrence; None for another region."""
    anchor = task.region.anchor
    if anchor is None or not isinstance(anchor.op, Recurrence):
        return None
    op = anchor.op
    buffers, tensors = name_buffers(task)
    inputs = {port: v for port, v in zip(op.ports, anchor.inputs, strict=False) if v is not None}
    weights = inputs.pop("weights").constant
    assert weights is not None
    ports = {port: buffers[value] for port, value in inputs.items()}
    used = list(dict.fromkeys(ports.values()))
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    batch, steps = ports["projected"].shape[:2]
    rows = rows_together(batch, target, ragged="lengths" in ports)
    first, sums = op.gates == 3 and "bias" not in ports, target.cpu.fit.sums
    plan = LoopPlan(op.gates, op.hidden, target.block, reset_first=first, rows=rows, together=sums)
    operands = (*(tensors[buffer] for buffer in used), task.output)
    bases = [t.base for t in operands]
    alias = len(set(bases)) != len(bases)
    names = tuple(sorted(symbols(batch) | symbols(steps)))
    macs = batch * op.directions * steps * op.gates * op.hidden * op.hidden

    kernel = Kernel(
        what=task.region.name,
        emit=Emission(emit_recurrence, (op, plan, ports, output, used, names), alias),
        operands=operands,
        symbols=names,
        extent=ceildiv(batch, plan.rows) * op.directions,
        work=macs // 4,
        flops=2 * macs if isinstance(macs, int) else 0,
        schedule=plan.name,
        algorithm=plan.name,
        packed=lambda: plan.pack(weights),
        packed_bytes=4 * op.directions * plan.direction_size,
        scratch=plan.scratch,
    )
    return [kernel]
