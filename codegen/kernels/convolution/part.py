"""One micro-kernel problem of a contraction, and how it reads its operands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import attrs

from dldt.codegen.kernels.convolution.problem import Problem, Source
from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, F64, Arithmetic
from dldt.codegen.loop.integer_contraction import IntegerConvolution, IntegerGroupConvolution, IntegerMatMul
from dldt.codegen.task.region import is_channels_first
from dldt.codegen.task.task import Leaf
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.content import Content
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array, DType


@attrs.frozen
class ContractionPart:
    """One problem of a contraction. Its weights are [groups, outputs, inputs, kh, kw]; ``index`` gives the output index
    for a (batch, channel, row, pixel) of the problem. A row of the problem is ``made`` rows of the output."""

    problem: Problem
    weights: Callable[[], Array]
    index: Callable[[Dim, Dim, Dim, Dim], tuple[Dim, ...]]
    made: int = 1
    blocked: bool = False
    """Whether the output lies in channel blocks."""
    name: str = ""
    """The name of the node that it carries out, for messages."""
    data: DType = F32.data
    """The type of the numbers that the model multiplies: bytes may lie in memory as those of the other sign."""
    before: int = 0
    """Computed weights lie phase by phase: so many taps stand before the part's own."""

    @cached_property
    def content(self) -> Content:
        """The weights, as a value that tells which parts have the same ones."""
        return Content(self.weights())

    @cached_property
    def narrow(self) -> tuple[Arithmetic, ...]:
        """The arithmetics that store the weights in fewer bits, and lose nothing."""
        if self.data is not F32.data or self.problem.computed:
            return ()
        rows = [row for row in ARITHMETICS.values() if row.widened is F32]
        grid = next((row for row in rows if row.grid and row.holds(self.content.array)), None)
        return tuple(row for row in rows if (row is grid if row.grid else row.holds(self.content.array)))


def grouped_parts(part: ContractionPart) -> list[ContractionPart]:
    """Each group as a problem of its own. The channels of a group must fill whole blocks of the source."""
    problem = part.problem
    outer = problem.inputs // problem.source.block * problem.source.outer
    return [_group(part, group, outer) for group in range(problem.groups)]


def _group(part: ContractionPart, group: int, outer: Dim) -> ContractionPart:
    problem = part.problem
    source = attrs.evolve(problem.source, start=problem.source.start + group * outer)

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return part.index(n, c + group * problem.outputs, row, pixel)

    single = attrs.evolve(problem, groups=1, source=source)
    return attrs.evolve(part, problem=single, weights=lambda: part.weights()[group : group + 1], index=index)


def operands(task: Leaf, anchor: Node) -> tuple[Value, Tensor, Array] | None:
    """The data of a contraction, the tensor that holds them, and its weights; None where the weights are computed, or
    the data neither f32, f64 nor bytes."""
    found, weights = stored_data(task, anchor), anchor.inputs[1]
    assert weights is not None
    return None if weights.constant is None or found is None else (*found, weights.constant)


def stored_data(task: Leaf, anchor: Node) -> tuple[Value, Tensor] | None:
    """The data of a contraction and the tensor that holds them; None where they are neither f32, f64 nor bytes."""
    data = data_of(task, anchor)
    return None if data not in task.inputs or multiplied(anchor) is None else (data, task.inputs[data])


def multiplied(anchor: Node) -> DType | None:
    """The type of the numbers that a contraction multiplies; None where it is neither f32, f64 nor that of bytes."""
    data = anchor.inputs[0]
    assert data is not None
    dtype = data.type.dtype
    if isinstance(anchor.op, IntegerConvolution | IntegerGroupConvolution | IntegerMatMul):
        return dtype if not anchor.op.shift else DType.u8 if dtype is DType.i8 else DType.i8
    return dtype if dtype in (F32.data, F64.data) else None


def data_of(task: Leaf, anchor: Node) -> Value:
    """The value that a contraction reads from memory: its input, or the source of a shuffle or transpose that makes
    it."""
    data = anchor.inputs[0]
    assert data is not None
    if not _inside(task, data):
        return data
    source = data.node.inputs[0]
    assert source is not None
    return source


def shuffle_of(task: Leaf, anchor: Node) -> int:
    """The number of groups of the ShuffleChannels through which a contraction reads; 1 where there is none."""
    data = anchor.inputs[0]
    assert data is not None
    shuffled = _inside(task, data) and isinstance(data.op, ops.ShuffleChannels)
    return data.op.group if shuffled and isinstance(data.op, ops.ShuffleChannels) else 1


def is_by_pixels(task: Leaf, anchor: Node) -> bool:
    """Whether a convolution reads NHWC images, in which the channels of a pixel are adjacent."""
    data = anchor.inputs[0]
    assert data is not None
    return _inside(task, data) and is_channels_first(data.node)


def pixel_source(tensor: Tensor) -> Source:
    """How images lie in a tensor whose channels are the last dim."""
    *_, width, channels = tensor.type.shape
    height = tensor.type.shape[1] if tensor.type.rank == 4 else 1
    assert isinstance(channels, int)
    return Source(height * width * channels, width * channels, channels, 1, dtype=tensor.type.dtype)


def runs_by_rows(task: Leaf, tensor: Tensor) -> bool:
    """Whether a contraction that reads the tensor must run row by row, because its input or output is a line buffer
    that holds only some of the rows."""
    return bool(tensor.layout.rows or task.output.layout.rows)


def image_source(tensor: Tensor, space: tuple[Dim, Dim]) -> Source:
    """How images of ``space`` (rows, pixels) lie in the tensor."""
    height, width = space
    channels = tensor.type.shape[1]
    assert isinstance(channels, int)
    block = tensor.layout.block
    if not block:
        return Source(channels * height * width, width, 1, height * width, dtype=tensor.type.dtype)
    outer = (tensor.layout.rows or height) * width * block
    blocks = tensor.layout.blocks or -(-channels // block)
    return Source(blocks * outer, width * block, block, 1, block, outer, tensor.type.dtype)


def pair(values: tuple[Dim, ...], missing: int) -> tuple:  # type: ignore[type-arg]  # ints or dims, as given
    """Two values, with ``missing`` put before a single one: a 1-D signal is an image of one row."""
    return tuple(values) if len(values) == 2 else (missing, *values)


def _inside(task: Leaf, value: Value) -> bool:
    return task.region is not None and value.node in task.region.nodes
