"""The kernel families, the most specialised first: a task belongs to the first family that matches it."""

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
from dldt.codegen.kernels.regions.family import RegionFamily
from dldt.codegen.kernels.running_sum.family import RunningSumFamily
from dldt.codegen.kernels.scatter.family import ScatterFamily
from dldt.codegen.kernels.selection.family import SelectionFamily
from dldt.codegen.kernels.winograd.family import WinogradFamily
from dldt.compiler.graph import Node

FAMILIES: tuple[Family, ...] = (
    ConvolutionFamily(),
    WinogradFamily(),
    MatMulFamily(),
    BatchMatMulFamily(),
    RecurrenceFamily(),
    SelectionFamily(),
    ScatterFamily(),
    RegionFamily(),
    RunningSumFamily(),
    CopyFamily(),
    ConcatFamily(),
    PoolFamily(),
    LoopFamily(),
)


def anchor_family(node: Node | None) -> Family | None:
    """The family that builds regions around the node; None where the node is no contraction of any family."""
    return None if node is None else next((family for family in FAMILIES if family.anchors(node)), None)
