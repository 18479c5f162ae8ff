"""Kernels as text, for people."""

from __future__ import annotations

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.loop.text import print_nest, print_schedule
from dldt.codegen.task.implementation import Implementation


def print_kernel(name: str, kernel: Kernel) -> str:
    """The kernel's algorithm, schedule and operands."""
    lines = [f"kernel {name}: {kernel.what}"]
    lines += [f"  operand {t.type} {t.layout} {t.name!r}" for t in kernel.operands]
    lines.append(f"  range [0, {kernel.extent})" + (f", {kernel.flops} flops" if kernel.flops else ""))
    lines.append(f"schedule {print_implementation(kernel.implementation)}")
    if kernel.nest is not None:
        lines += print_nest(kernel.nest)
    return "\n".join(lines) + "\n"


def print_implementation(implementation: Implementation) -> str:
    """An implementation on one line."""
    parts = [implementation.algorithm, "" if implementation.tile is None else str(implementation.tile)]
    return " ".join(part for part in (*parts, print_schedule(implementation.schedule)) if part)
