"""Kernels: a task as functions with their operands, the range they share, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from dldt.codegen.kernels.choice import Chosen
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.llvm.nest import emit_nest
from dldt.codegen.loop.buffers import PLAIN, Buffer
from dldt.codegen.loop.ir import Axis, Load, Nest, Reduce, walk
from dldt.codegen.loop.lower.access import Access, number, read
from dldt.codegen.loop.lower.join import concat_offsets, shifted
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.schedule import (
    Schedule,
    Vectorize,
    apply_schedule,
    choose_schedule,
    nest_symbols,
    output_nest,
)
from dldt.codegen.target import Target
from dldt.codegen.task.region import Region, compose
from dldt.codegen.task.task import Compute, Copy
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.dims import Dim, Symbol, maximum_of, product
from dldt.compiler.graph import Value
from dldt.compiler.types import DType

POOLS = (ops.MaxPool, ops.MaxPool8, ops.AvgPool)


@attrs.frozen
class Rows:
    """A kernel's range runs over images, then ``blocks`` channel blocks, then units of ``made`` output rows: so many
    ``positions`` each. A unit is made of the input rows at ``reach``."""

    positions: int
    reach: Reach
    made: int = 1
    blocks: int = 1


@attrs.frozen
class Kernel:
    """One call: ``emit`` writes the function, ``operands`` are its tensors, ``[0, extent)`` is shared among threads.

    ``work`` estimates the scalar operations; ``what`` tells people where it comes from.
    """

    what: str
    emit: Emission
    operands: tuple[Tensor, ...]
    symbols: tuple[Symbol, ...]
    extent: Dim
    work: Dim
    flops: int = 0
    nest: Nest | None = None
    schedule: Schedule | str = ()
    packed: Callable[[], Iterable[bytes | memoryview]] | None = None
    packed_bytes: int = 0
    rows: Rows | None = None
    """How the range runs over the output's rows, where that is known."""
    scratch: int = 0
    """Bytes of memory that each thread needs of its own, a multiple of 64: the pointer after the packed weights."""
    operations: Dim | None = None
    """What the algorithm computes where that is not ``flops``, which count by the definition."""
    passed: Dim = 0
    """Bytes written to ``scratch`` and read again."""
    algorithm: str = "loops"
    """The micro-kernel, or ``loops``."""
    weights: DType = DType.f32
    """How the packed weights are stored."""
    multiplied: DType = DType.f32
    """What a contraction multiplies."""
    remark: str = ""
    """What the user is to be told of it."""
    chosen: Chosen | None = None
    """Why a contraction is carried out so."""


def generic_kernels(task: Compute | Copy, target: Target) -> list[Kernel]:
    """The kernels of a task without a micro-kernel: one, or one an input for a Concat."""
    if isinstance(task, Copy):
        source = attrs.evolve(task.source.buffer, name="a0", role=task.source.role)
        output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
        nest = output_nest(output, read(source))
        return [_kernel("Copy", nest, {source: task.source, output: task.output}, target)]
    region = task.region
    if isinstance(region.nodes[-1].op, ops.Concat):
        return _concat(task, region.nodes[-1].op, target)
    buffers, operands = name_buffers(task)
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    nest = output_nest(output, compose(region, buffers))
    kernel = _kernel(region.name, nest, {**operands, output: task.output}, target)
    return [attrs.evolve(kernel, rows=_pooled_rows(task, target, kernel))]


def _pooled_rows(task: Compute, target: Target, kernel: Kernel) -> Rows | None:
    """How a pooling of images in blocks runs over rows: a channel block at a time, every pixel of it."""
    anchor, output = task.region.anchor, task.output.buffer.whole
    if anchor is None or not isinstance(anchor.op, POOLS) or len(output.shape) != 4 or output.layout.block == 0:
        return None
    images, blocks, rows, pixels, _ = output.physical_shape
    (data,) = anchor.inputs
    assert data is not None
    window = anchor.op.window(data.type.shape[2:])
    pad = window.pads_begin[0]
    vectors = [step for step in kernel.schedule if isinstance(step, Vectorize)]
    whole = len(vectors) == 1 and vectors[0].lanes == output.layout.block == target.block
    if not whole or kernel.extent != images * blocks * rows * pixels:
        return None
    if not isinstance(blocks, int) or not isinstance(pixels, int) or not isinstance(pad, int):
        return None
    reach = Reach(window.strides[0], pad, (window.kernel[0] - 1) * window.dilations[0] + 1)
    return Rows(pixels, reach, blocks=blocks)


def name_buffers(task: Compute) -> tuple[dict[Value, Buffer], dict[Buffer, Tensor]]:
    """The kernel's names for the task's inputs."""
    buffers: dict[Value, Buffer] = {}
    operands: dict[Buffer, Tensor] = {}
    for k, (value, tensor) in enumerate(task.inputs.items()):
        buffer = attrs.evolve(tensor.buffer, name=f"a{k}", role=tensor.role)
        buffers[value] = buffer
        operands[buffer] = tensor
    return buffers, operands


def _concat(task: Compute, op: ops.Concat, target: Target) -> list[Kernel]:
    """One nest an input that does not lie in the output already, each writing its own part."""
    region = task.region
    node = region.nodes[-1]
    buffers, operands = name_buffers(task)
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    axis = op.axis % region.root.type.rank
    values = [v for v in node.inputs if v is not None]
    offsets = concat_offsets(op, tuple(v.type for v in values))
    kernels = []
    for value, offset in zip(values, offsets, strict=True):
        source = task.inputs.get(value)
        if source is not None and source.parent is task.output:
            continue
        part = Region(tuple(n for n in region.nodes if n != node), value, None)
        access = compose(part, buffers) if value.node in part.nodes else _plain_read(value, buffers)
        nest = output_nest(attrs.evolve(output, shape=value.type.shape, layout=PLAIN), access)
        placed = Nest(nest.axes, output, shifted(nest.index, axis, offset), nest.value)
        kernels.append(_kernel(f"{region.name}[{offset}]", placed, {**operands, output: task.output}, target))
    return kernels


def _plain_read(value: Value, buffers: dict[Value, Buffer]) -> Access:
    buffer = buffers.get(value)
    if buffer is not None:
        return read(buffer)
    array = value.constant
    assert array is not None
    scalar = number(value.type.dtype, array.reshape(()).item())
    return Access(value.type, lambda index: scalar)


def _kernel(what: str, nest: Nest, tensors: dict[Buffer, Tensor], target: Target) -> Kernel:
    used = {nest.buffer, *(sub.buffer for sub in walk(nest.value) if isinstance(sub, Load))}
    operands = {buffer: tensor for buffer, tensor in tensors.items() if buffer in used}
    names = tuple(sorted(nest_symbols(nest), key=str))
    schedule = choose_schedule(nest, target)
    scheduled = apply_schedule(nest, schedule)
    buffers = tuple(operands)
    bases = [tensor.base for tensor in operands.values()]
    alias = len(set(bases)) != len(bases)

    return Kernel(
        what=what,
        emit=Emission(emit_nest, (scheduled, buffers, names), alias),
        operands=tuple(operands.values()),
        symbols=names,
        extent=product(axis.extent for axis in scheduled.parallel),
        work=_work(nest),
        nest=nest,
        schedule=schedule,
    )


def _work(nest: Nest) -> Dim:
    cost = 0
    for sub in walk(nest.value):
        cost += _reduction_points(sub.axes) if isinstance(sub, Reduce) else 1
    return product(_most(axis.extent) for axis in nest.axes) * cost


def _most(extent: Dim) -> Dim:
    """An axis whose extent depends on others counts with its bound."""
    bound = maximum_of(extent)
    return int(bound) if bound != float("inf") else extent


def _reduction_points(axes: tuple[Axis, ...]) -> int:
    total = 1
    for axis in axes:
        total *= axis.extent if isinstance(axis.extent, int) else 4
    return total
