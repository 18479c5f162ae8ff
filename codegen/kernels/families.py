"""The kernel families, the most special first: a task is the first one's that matches it."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.family import BatchMatMulFamily
from dldt.codegen.kernels.concat.family import ConcatFamily
from dldt.codegen.kernels.convolution.family import ConvolutionFamily
from dldt.codegen.kernels.copy.family import CopyFamily
from dldt.codegen.kernels.family import Family
from dldt.codegen.kernels.loops.family import LoopFamily
from dldt.codegen.kernels.matmul.family import MatMulFamily
from dldt.codegen.kernels.pool.family import PoolFamily
from dldt.codegen.kernels.recurrence.family import RecurrenceFamily
from dldt.codegen.kernels.winograd.family import WinogradFamily
from dldt.compiler.graph import Node

FAMILIES: tuple[Family, ...] = (
    ConvolutionFamily(),
    WinogradFamily(),
    MatMulFamily(),
    BatchMatMulFamily(),
    RecurrenceFamily(),
    CopyFamily(),
    ConcatFamily(),
    PoolFamily(),
    LoopFamily(),
)


def anchor_family(node: Node | None) -> Family | None:
    """The family whose regions are built round the node, if it is a contraction of any."""
    return None if node is None else next((family for family in FAMILIES if family.anchors(node)), None)
