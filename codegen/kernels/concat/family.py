"""Concatenation: one loop nest for each input that is not in the output already; it writes that input's part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from dldt.codegen.kernels.kernel import operands_of
from dldt.codegen.kernels.loops.family import LoopFamily, NestPart
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.buffers import PLAIN, Buffer
from dldt.codegen.loop.ir import Nest
from dldt.codegen.loop.lower.access import Access, number, read
from dldt.codegen.loop.lower.join import concat_offsets, shifted
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.task.implementation import Part
from dldt.codegen.task.region import Region, compose
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value


class ConcatFamily(LoopFamily):
    """``out[…, offset + i, …] = input[…, i, …]`` for each input."""

    name = "concat"

    def writes_parts(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, ops.Concat)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        if task.region is None or not isinstance(task.region.nodes[-1].op, ops.Concat):
            return None
        return list(_parts(task, task.region, task.region.nodes[-1].op))


def _parts(task: Leaf, region: Region, op: ops.Concat) -> Iterator[NestPart]:
    node, operands = region.nodes[-1], operands_of(task)
    axis = op.axis % region.root.type.rank
    values = [v for v in node.inputs if v is not None]
    offsets = concat_offsets(op, tuple(v.type for v in values))
    tensors = {**operands.tensors, operands.output: task.output}
    for value, offset in zip(values, offsets, strict=True):
        source = task.inputs.get(value)
        if source is not None and source.parent is task.output:
            continue
        rest = Region(tuple(n for n in region.nodes if n != node), value, None)
        access = compose(rest, operands.buffers) if value.node in rest.nodes else _read(value, operands.buffers)
        nest = output_nest(attrs.evolve(operands.output, shape=value.type.shape, layout=PLAIN), access)
        placed = Nest(nest.axes, operands.output, shifted(nest.index, axis, offset), nest.value)
        yield NestPart(f"{region.name}[{offset}]", placed, tensors)


def _read(value: Value, buffers: Mapping[Value, Buffer]) -> Access:
    buffer = buffers.get(value)
    if buffer is not None:
        return read(buffer)
    array = value.constant
    assert array is not None
    scalar = number(value.type.dtype, array.reshape(()).item())
    return Access(value.type, lambda index: scalar)
