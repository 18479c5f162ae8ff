"""From regions to tasks on tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from dldt.codegen.kernels.families import anchor_family
from dldt.codegen.llvm.place import Place
from dldt.codegen.loop.buffers import PLAIN, Layout
from dldt.codegen.loop.lower.join import concat_offsets
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.plan.bodies import HANDED_ON, Bodies
from dldt.codegen.plan.branch_tasks import branch
from dldt.codegen.plan.conditions import condition_dims
from dldt.codegen.plan.definitions import Definitions
from dldt.codegen.plan.loop_tasks import repeat
from dldt.codegen.plan.stages import defined_dims
from dldt.codegen.plan.state_tasks import assign, declare_variables, read_value
from dldt.codegen.task.define import Define
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.region import Region, runtime_inputs
from dldt.codegen.task.state_variable import StateVariable
from dldt.codegen.task.task import Compute, Copy, Program, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim, Dim, Symbol, product, symbols
from dldt.compiler.errors import InternalError, UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType

HOLDERS: dict[type[Op], Callable[[Bodies, Node, list[Task]], None]] = {
    ops.If: branch,
    ops.Loop: repeat,
    ops.TensorIterator: repeat,
    ops.ReadValue: read_value,
    ops.Assign: assign,
}
"""The functions that make the tasks of operations that no kernel carries out."""


def make_program(graph: Graph, plan: Decisions) -> Program:
    """The graph as tasks: regions on tensors with the layouts and types that were decided; views and joins share
    memory."""
    return TaskMaker(plan).run(graph)


@attrs.frozen
class Decisions:
    """The decisions that precede tasks: the regions of every graph, the layout and stored type of every region's root,
    and the tensors in which dims are found."""

    regions: Mapping[Graph, Sequence[Region | Node]]
    layouts: Mapping[Value, Layout]
    types: Mapping[Value, TensorType]
    definitions: Mapping[Graph, Definitions]
    conditions: Sequence[Condition] = ()
    """What is decided before the tasks run."""
    block: int = 0
    """The channels of a block, for tensors that are copied to blocks."""
    stored: frozenset[Value] = frozenset()
    """The constants of one element that kernels read from memory."""


class TaskMaker:
    """Makes the tasks of a graph and of the bodies in it."""

    def __init__(self, decided: Decisions) -> None:
        self.decided = decided
        self.known: set[Symbol] = set()
        """The dims that are found before the next task."""
        self.conditions: list[Condition] = []
        self.states: dict[str, StateVariable] = {}
        self.last: list[Task] = []
        self.slots = 0
        """The slots that are in use so far."""
        self.tensors: dict[Value, Tensor] = {}
        self.constants: dict[int, Tensor] = {}
        self.copies: dict[tuple[Tensor, DType, Layout], Tensor] = {}
        self.parents: set[Tensor] = set()
        """Tensors that others are parts of."""
        self.known_before: dict[Tensor, frozenset[Symbol]] = {}
        """The dims that are known when the first element of a tensor is written."""

    def run(self, graph: Graph) -> Program:
        """The tasks of the whole model."""
        self.top = graph
        inputs = tuple(Tensor(v.node.name, v.type, place=Place("input", k)) for k, v in enumerate(graph.inputs))
        self.tensors.update(zip(graph.inputs, inputs, strict=True))
        declare_variables(self, graph)
        tasks = self.tasks(graph)
        outputs: list[Tensor] = []
        for k, node in enumerate(graph.outputs):
            outputs.append(self._bind_output(node, Place("output", k), tasks))
        constants = tuple(self.constants.values())
        states, conditions = tuple(self.states.values()), tuple(self.conditions)
        return Program([*tasks, *self.last], inputs, tuple(outputs), constants, states, conditions, self.slots)

    def tasks(self, graph: Graph) -> list[Task]:
        """The tasks of a graph whose inputs have tensors."""
        tasks: list[Task] = []
        if graph is not self.top:
            self.known |= {s for value in graph.inputs for dim in value.type.shape for s in symbols(dim)}
        pending = [c for c in graph.conditions if c not in self.decided.conditions]
        self._require(pending, tasks)
        for value in graph.inputs:
            self._define(value, tasks, pending)
        for region in self.decided.regions[graph]:
            if isinstance(region, Node):
                self._held(region, tasks)
                self.known |= {s for v in region.outputs for dim in v.type.shape for s in symbols(dim)}
                self._require(pending, tasks)
                for value in region.outputs:
                    self._define(value, tasks, pending)
                continue
            root = region.root
            output = Tensor(root.name, self.decided.types[root], self.decided.layouts[root])
            output.rounded = output.type.dtype is not root.type.dtype
            inside = set(region.nodes)
            read = {v for node in region.nodes for _, v in runtime_inputs(node) if v.node not in inside}
            ordered = sorted(read, key=lambda v: (v.id, v.port))
            sources = {v: self.tensor(v) for v in ordered if v.constant is None or self._is_stored(v, v.constant)}
            family = anchor_family(region.anchor)
            if family is not None and family.rows:
                # Operands of an epilogue in another layout are small or rare: they are copied to its layout with the
                # others.
                sources = {
                    v: self.plain(t, tasks, v.type.dtype if family.exact else t.type.dtype) for v, t in sources.items()
                }
            if family is not None and region.anchor is not None and family.wants_blocks(region.anchor):
                (data, *_), blocked = region.anchor.inputs, Layout(self.decided.block)
                sources = {v: self.laid(t, tasks, blocked) if v == data else t for v, t in sources.items()}
            self.tensors[root] = output
            self.known_before[output] = frozenset(self.known)
            if self._is_view(region, output, sources):
                output.parent = next(iter(sources.values()))
                if isinstance(region.nodes[0].op, Prefix):
                    output.shift = product(output.type.shape[1:]) * output.type.dtype.size
                output.type = attrs.evolve(output.type, dtype=output.parent.type.dtype)
                output.rounded = output.parent.rounded
            else:
                tasks.append(Compute(output, region, sources))
                self._place_parts(region, output, sources)
            self._define(root, tasks, pending)
        alive = {s for node in graph.order() for t in node.types for dim in t.shape for s in symbols(dim)}
        # What nobody finds and no tensor has belongs to a node that is gone.
        pending = [condition for condition in pending if condition_dims(condition) - self.known <= alive]
        if pending:
            raise InternalError(f"no task can check that {pending[0].text} (node {shown(pending[0].node)})")
        return tasks

    def _is_stored(self, value: Value, array: Array) -> bool:
        """Whether a constant is read from memory."""
        return array.size != 1 or value in self.decided.stored

    def _held(self, node: Node, tasks: list[Task]) -> None:
        """The task of an operation with bodies."""
        make = HOLDERS.get(type(node.op))
        if make is None:
            raise UnsupportedError(f"no native code for operation {node.op.type} (node {shown(node.name)})")
        make(self, node, tasks)

    def _define(self, value: Value, tasks: list[Task], pending: list[Condition]) -> None:
        """Find the dims that the tensor holds, if there are any, and make sure that they fulfil the conditions that can
        be decided then."""
        found = self.decided.definitions[value.graph].get(value)
        if found is not None:
            tensor = self.tensor(value)
            self.known |= {symbol for symbol, _ in found}
            dims = tuple((symbol, (tensor, k)) for symbol, k in found)
            tasks.append(Define(dims, MemoryStage(), conditions=self._decidable(pending)))

    def equal(
        self, pairs: Sequence[tuple[Dim, Dim]], node: Node, meaning: str = HANDED_ON
    ) -> tuple[tuple[int, Condition], ...]:
        """See Bodies."""
        made = [Condition("eq", a, b, node.name, meaning) for a, b in dict.fromkeys(pairs)]
        first = len(self.decided.conditions) + len(self.conditions)
        self.conditions += made
        return tuple(enumerate(made, first))

    def _require(self, pending: list[Condition], tasks: list[Task]) -> None:
        """Make sure that the conditions hold that can be decided now."""
        decidable = self._decidable(pending)
        if decidable:
            tasks.append(Define((), conditions=decidable))

    def _decidable(self, pending: list[Condition]) -> tuple[tuple[int, Condition], ...]:
        """The conditions of which all dims are known, with their numbers; they are no longer pending."""
        ready = [condition for condition in pending if condition_dims(condition) <= self.known]
        first = len(self.decided.conditions) + len(self.conditions)
        self.conditions += ready
        pending[:] = [condition for condition in pending if condition not in ready]
        return tuple(enumerate(ready, first))

    def tensor(self, value: Value) -> Tensor:
        """The tensor in which a value is stored."""
        known = self.tensors.get(value)
        if known is not None:
            return known
        array = value.constant
        if array is None:
            raise AssertionError(f"value {shown(value.name)} is used before it is made")
        made = self.constants.get(id(array))
        if made is None or made.type.shape != array.shape:
            made = self.constants[id(array)] = Tensor(value.name, value.type, constant=array, place=Place("weights"))
        self.tensors[value] = made
        return made

    def _is_view(self, region: Region, output: Tensor, sources: dict[Value, Tensor]) -> bool:
        """Whether the region is a view: a reshape of a tensor in C order keeps the memory as it is."""
        op = region.nodes[0].op
        if len(region.nodes) != 1 or len(sources) != 1 or not (op.has(Trait.VIEW) or isinstance(op, Prefix)):
            return False
        (source,) = sources.values()
        return not source.layout.block and not output.layout.block and source.constant is None

    def _place_parts(self, region: Region, output: Tensor, sources: dict[Value, Tensor]) -> None:
        """Place the inputs of a Concat inside its output, where each is one piece of it, or channel blocks of every
        image: then joining them costs nothing."""
        node = region.nodes[-1]
        if not isinstance(node.op, ops.Concat) or len(region.nodes) != 1:
            return
        axis = node.op.axis % output.type.rank
        values = [v for v in node.inputs if v is not None]
        pieces = product(output.type.shape[:axis]) == 1
        if not (pieces or (output.layout.block and axis == 1)) or len(set(values)) != len(values):
            return
        offsets = concat_offsets(node.op, tuple(v.type for v in values))
        for value, offset in zip(values, offsets, strict=True):
            source = sources.get(value)
            if source is None or not self._fits(source, output, axis, offset):
                continue
            before = self.known_before.get(source, frozenset(self.known))
            if not {s for dim in output.type.shape for s in symbols(dim) if isinstance(s, DefinedDim)} <= before:
                continue  # the memory of the whole does not exist yet when the part is made
            self.known_before[output] &= before
            if not pieces:
                if source in self.parents:
                    continue
                blocks = output.buffer.physical_shape[1]
                assert isinstance(blocks, int)
                source.layout = attrs.evolve(source.layout, blocks=blocks)
            self.parents.add(output)
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

    def body(self, body: Graph, inputs: Sequence[Tensor]) -> tuple[list[Task], list[Tensor]]:
        """The tasks of a body that takes these tensors, and its results."""
        self.tensors.update(zip(body.inputs, inputs, strict=True))
        tasks = self.tasks(body)
        return tasks, [self.tensor(value) for value in body.output_values]

    def slot(self, tensor: Tensor) -> Tensor:
        """The tensor in a slot of its own."""
        tensor.place = Place("slot", self.slots)
        self.slots += 1
        return tensor

    def plain(self, tensor: Tensor, tasks: list[Task], dtype: DType) -> Tensor:
        """The tensor in C order with elements of ``dtype``, copied where it is stored otherwise."""
        if not tensor.layout.block and tensor.type.dtype is dtype:
            return tensor
        return self._copied(tensor, tasks, dtype, PLAIN)

    def laid(self, tensor: Tensor, tasks: list[Task], layout: Layout) -> Tensor:
        """The tensor in channel blocks, copied where it lies in C order."""
        return tensor if tensor.layout.block else self._copied(tensor, tasks, tensor.type.dtype, layout)

    def _copied(self, tensor: Tensor, tasks: list[Task], dtype: DType, layout: Layout) -> Tensor:
        made = self.copies.get((tensor, dtype, layout))
        if made is None:
            kind, rounded = attrs.evolve(tensor.type, dtype=dtype), tensor.rounded and tensor.type.dtype is dtype
            made = self.copies[tensor, dtype, layout] = Tensor(tensor.name, kind, layout, rounded=rounded)
            tasks.append(Copy(made, tensor))
        return made

    def _bind_output(self, node: Node, place: Place, tasks: list[Task]) -> Tensor:
        """Place the output in the caller's memory where possible; else add a copy to it."""
        (value,) = node.inputs
        assert value is not None
        tensor = self.tensor(value)
        base = tensor.base
        whole = tensor.bytes == base.bytes and tensor.shift == 0
        same = not tensor.layout.block and tensor.type.dtype is value.type.dtype
        found = bool(defined_dims(tensor.bytes))
        # An output whose size is found at run time stays where it is; the artifact tells the host its address.
        if found and same and base.constant is None and (base.place is None or base.place.kind == "slot"):
            return tensor
        if base.place is None and same and whole and base.constant is None:
            base.place = place
            return tensor
        where = None if found else place
        output = Tensor(node.name, attrs.evolve(value.type, value=None, constant=None), PLAIN, place=where)
        tasks.append(Copy(output, tensor))
        return output
