"""Kernels as text, for people."""

from __future__ import annotations

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.loop.text import print_nest, print_schedule
from dldt.codegen.task.cost import Cost
from dldt.codegen.task.implementation import Implementation


def print_kernel(name: str, kernel: Kernel) -> str:
    """The kernel's algorithm, schedule and operands."""
    lines = [f"kernel {name}: {kernel.what}"]
    lines += [f"  operand {t.type} {t.layout} {t.name!r}" for t in kernel.operands]
    lines.append(f"  range [0, {kernel.extent})" + (f", {kernel.flops} flops" if kernel.flops != 0 else ""))
    lines.append(f"schedule {print_implementation(kernel.implementation)}")
    if kernel.nest is not None:
        lines += print_nest(kernel.nest)
    return "\n".join(lines) + "\n"


def print_cost(cost: Cost) -> str:
    """A cost on one line."""
    moved = "bytes moved are known when it runs" if cost.moved is None else f"{cost.moved} bytes moved"
    time = f"{cost.cycles:.0f} cycles estimated, " if cost.cycles else ""
    return f"{time}{cost.bytes} bytes of weights kept, {moved}"


def print_implementation(implementation: Implementation) -> str:
    """An implementation on one line."""
    parts = [implementation.algorithm, "" if implementation.tile is None else str(implementation.tile)]
    return " ".join(part for part in (*parts, print_schedule(implementation.schedule)) if part)
