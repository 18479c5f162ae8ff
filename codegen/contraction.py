"""Contractions by micro-kernels (placeholder during bring-up)."""

from dldt.codegen.kernels import Kernel
from dldt.codegen.target import Target
from dldt.codegen.tasks import Compute


def contraction_kernels(task: Compute, target: Target) -> list[Kernel] | None:
    """None."""
    return None
