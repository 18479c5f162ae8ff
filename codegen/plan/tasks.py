"""From regions to tasks on tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.kernels.families import anchor_family
from dldt.codegen.llvm.place import Place
from dldt.codegen.loop.buffers import PLAIN, Layout
from dldt.codegen.loop.lower.join import concat_offsets
from dldt.codegen.task.region import Region, runtime_inputs
from dldt.codegen.task.task import Block, Branch, Compute, Copy, Program, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.dims import Dim, product
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType, TensorType


def make_program(graph: Graph, plan: Decisions) -> Program:
    """The graph as tasks: regions on tensors with the layouts and types that were decided; views and joins share
    memory."""
    return _TaskMaker(plan).run(graph)


@attrs.frozen
class Decisions:
    """The decisions that precede tasks: the regions of every graph, and the layout and stored type of every region's
    root."""

    regions: Mapping[Graph, Sequence[Region | Node]]
    layouts: Mapping[Value, Layout]
    types: Mapping[Value, TensorType]


class _TaskMaker:
    def __init__(self, decided: Decisions) -> None:
        self.decided = decided
        self.tensors: dict[Value, Tensor] = {}
        self.constants: dict[int, Tensor] = {}
        self.plain: dict[tuple[Tensor, DType], Tensor] = {}

    def run(self, graph: Graph) -> Program:
        inputs = tuple(Tensor(v.node.name, v.type, place=Place("input", k)) for k, v in enumerate(graph.inputs))
        self.tensors.update(zip(graph.inputs, inputs, strict=True))
        tasks = self._tasks(graph)
        outputs: list[Tensor] = []
        for k, node in enumerate(graph.outputs):
            outputs.append(self._bind_output(node, Place("output", k), tasks))
        return Program(tasks, inputs, tuple(outputs), tuple(self.constants.values()))

    def _tasks(self, graph: Graph) -> list[Task]:
        tasks: list[Task] = []
        for region in self.decided.regions[graph]:
            if isinstance(region, Node):
                self._branch(region, tasks)
                continue
            root = region.root
            output = Tensor(root.name, self.decided.types[root], self.decided.layouts[root])
            output.rounded = output.type.dtype is not root.type.dtype
            inside = set(region.nodes)
            read = {v for node in region.nodes for _, v in runtime_inputs(node) if v.node not in inside}
            ordered = sorted(read, key=lambda v: (v.id, v.port))
            sources = {v: self._tensor(v) for v in ordered if v.constant is None or v.constant.size > 1}
            family = anchor_family(region.anchor)
            if family is not None and family.rows:
                # Operands of an epilogue in another layout are small or rare: they are copied to its layout with the
                # others.
                sources = {
                    v: self._plain(t, tasks, v.type.dtype if family.exact else t.type.dtype) for v, t in sources.items()
                }
            self.tensors[root] = output
            if self._is_view(region, output, sources):
                output.parent = next(iter(sources.values()))
                output.type = attrs.evolve(output.type, dtype=output.parent.type.dtype)
                output.rounded = output.parent.rounded
                continue
            tasks.append(Compute(output, region, sources))
            self._place_parts(region, output, sources)
        return tasks

    def _tensor(self, value: Value) -> Tensor:
        known = self.tensors.get(value)
        if known is not None:
            return known
        array = value.constant
        if array is None:
            raise AssertionError(f"value {value.name!r} is used before it is made")
        made = self.constants.get(id(array))
        if made is None or made.type.shape != array.shape:
            made = self.constants[id(array)] = Tensor(value.name, value.type, constant=array, place=Place("weights"))
        self.tensors[value] = made
        return made

    def _is_view(self, region: Region, output: Tensor, sources: dict[Value, Tensor]) -> bool:
        """Whether the region is a view: a reshape of a tensor in C order keeps the memory as it is."""
        if len(region.nodes) != 1 or not region.nodes[0].op.has(Trait.VIEW) or len(sources) != 1:
            return False
        (source,) = sources.values()
        return not source.layout.block and not output.layout.block and source.constant is None

    def _place_parts(self, region: Region, output: Tensor, sources: dict[Value, Tensor]) -> None:
        """Place the inputs of a Concat inside its output, where each is one piece of it: then joining them costs
        nothing."""
        node = region.nodes[-1]
        if not isinstance(node.op, ops.Concat) or len(region.nodes) != 1:
            return
        axis = node.op.axis % output.type.rank
        values = [v for v in node.inputs if v is not None]
        if product(output.type.shape[:axis]) != 1 or len(set(values)) != len(values):
            return
        offsets = concat_offsets(node.op, tuple(v.type for v in values))
        for value, offset in zip(values, offsets, strict=True):
            source = sources.get(value)
            if source is not None and self._fits(source, output, axis, offset):
                source.parent, source.shift = output, self._bytes_before(output, axis, offset)

    def _fits(self, source: Tensor, output: Tensor, axis: int, offset: Dim) -> bool:
        if source.parent is not None or source.place is not None or source.constant is not None:
            return False
        if source.layout != output.layout or source.type.dtype is not output.type.dtype:
            return False
        block = output.layout.block
        if not block:
            return True
        aligned = isinstance(offset, int) and offset % block == 0
        channels = source.type.shape[1]
        whole = isinstance(channels, int) and channels % block == 0
        return axis == 1 and aligned and (whole or offset + channels == output.type.shape[1])

    def _bytes_before(self, output: Tensor, axis: int, offset: Dim) -> Dim:
        return offset * product(output.type.shape[axis + 1 :]) * output.type.dtype.size

    def _branch(self, node: Node, tasks: list[Task]) -> None:
        if not isinstance(node.op, ops.If):
            raise UnsupportedError(f"no native code for operation {node.op.type} (node {node.name!r})")
        values = [v for v in node.inputs if v is not None]
        condition, *captured = [self._plain(self._tensor(v), tasks, v.type.dtype) for v in values]
        results = [Tensor(v.name, attrs.evolve(v.type, value=None, constant=None)) for v in node.outputs]
        self.tensors.update(zip(node.outputs, results, strict=True))
        sides = [self._body(body, captured, results) for body in node.op.bodies]
        tasks.append(Branch(condition, *sides))

    def _body(self, body: Graph, captured: Sequence[Tensor], results: Sequence[Tensor]) -> Block:
        self.tensors.update(zip(body.inputs, captured, strict=True))
        tasks = self._tasks(body)
        values = [value for node in body.outputs for value in node.inputs if value is not None]
        carried = tuple((self._tensor(value), result) for value, result in zip(values, results, strict=True))
        tasks += [Copy(result, made) for made, result in carried]
        return Block(tasks, carried)

    def _plain(self, tensor: Tensor, tasks: list[Task], dtype: DType) -> Tensor:
        """The tensor in C order with elements of ``dtype``, copied where it is stored otherwise."""
        if not tensor.layout.block and tensor.type.dtype is dtype:
            return tensor
        made = self.plain.get((tensor, dtype))
        if made is None:
            kind, rounded = attrs.evolve(tensor.type, dtype=dtype), tensor.rounded and tensor.type.dtype is dtype
            made = self.plain[tensor, dtype] = Tensor(tensor.name, kind, PLAIN, rounded=rounded)
            tasks.append(Copy(made, tensor))
        return made

    def _bind_output(self, node: Node, place: Place, tasks: list[Task]) -> Tensor:
        """Place the output in the caller's memory where possible; else add a copy to it."""
        (value,) = node.inputs
        assert value is not None
        tensor = self._tensor(value)
        base = tensor.base
        whole = tensor.bytes == base.bytes and tensor.shift == 0
        same = not tensor.layout.block and tensor.type.dtype is value.type.dtype
        if base.place is None and same and whole and base.constant is None:
            base.place = place
            return tensor
        output = Tensor(node.name, attrs.evolve(value.type, value=None, constant=None), PLAIN, place=place)
        tasks.append(Copy(output, tensor))
        return output
