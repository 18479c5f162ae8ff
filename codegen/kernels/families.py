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
