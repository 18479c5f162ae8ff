"""The kernel families, the most special first: a task is the first one's that matches it."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.family import BatchMatMul
from dldt.codegen.kernels.concat.family import Concat
from dldt.codegen.kernels.convolution.family import Convolution
from dldt.codegen.kernels.copy.family import Copies
from dldt.codegen.kernels.family import Family
from dldt.codegen.kernels.loops.family import Loops
from dldt.codegen.kernels.matmul.family import MatMul
from dldt.codegen.kernels.pool.family import Pool
from dldt.codegen.kernels.recurrence.family import RecurrentLoop
from dldt.codegen.kernels.winograd.family import WinogradConvolution
from dldt.compiler.graph import Node

FAMILIES: tuple[Family, ...] = (
    Convolution(),
    WinogradConvolution(),
    MatMul(),
    BatchMatMul(),
    RecurrentLoop(),
    Copies(),
    Concat(),
    Pool(),
    Loops(),
)


def anchor_family(node: Node | None) -> Family | None:
    """The family whose regions are built round the node, if it is a contraction of any."""
    return None if node is None else next((family for family in FAMILIES if family.anchors(node)), None)
