"""What each step of code generation decided, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dldt.codegen.kernels.text import print_cost, print_implementation
from dldt.codegen.loop.buffers import Layout
from dldt.codegen.object.link import Linked
from dldt.codegen.object.object import ObjectCode
from dldt.codegen.object.source import ModuleSource
from dldt.codegen.plan.arena import Arena
from dldt.codegen.plan.calls import Calls
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.conditions import sentence
from dldt.codegen.plan.kernels import Kernels
from dldt.codegen.plan.specialization import Specialization
from dldt.codegen.task.region import Region
from dldt.codegen.task.size_range import SizeRange
from dldt.codegen.task.task import Program, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.condition import Condition
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.text import print_graph
from dldt.compiler.types import TensorType


def graph(made: Graph) -> Iterator[str]:
    """The graph as text."""
    yield from print_graph(made).splitlines()


def conditions(found: Sequence[Condition]) -> Iterator[str]:
    """One line for each condition that is checked when a run starts."""
    return map(sentence, found)


def regions(found: Mapping[Graph, Sequence[Region | Node]]) -> Iterator[str]:
    """One line for each region: what it makes, and from which nodes. The graphs of bodies follow one after the
    other."""
    for number, each in enumerate(found.values()):
        if number:
            yield f"body {number}"
        for region in each:
            if isinstance(region, Node):
                yield f"{region.name!r} holds bodies: {region.op.type}"
                continue
            anchor = "" if region.anchor is None else f", anchor {region.anchor.name!r}"
            yield f"{region.root.name!r} {region.root.type} = {region.name}{anchor}"
            yield from (f"    {node.op.type} {node.name!r}" for node in region.nodes)


def layouts(chosen: Mapping[Value, Layout]) -> Iterator[str]:
    """One line for each tensor."""
    for value, layout in chosen.items():
        yield f"{value.name!r} {value.type} {layout}"


def types(stored: Mapping[Value, TensorType]) -> Iterator[str]:
    """One line for each tensor that is stored in another type than the graph's, then how many are stored as in the
    graph."""
    changed = {value: kind for value, kind in stored.items() if kind.dtype is not value.type.dtype}
    for value, kind in changed.items():
        yield f"{value.name!r} {value.type} stored as {kind.dtype}"
    yield f"{len(stored) - len(changed)} tensors stored as the graph says"


def tasks(made: Sequence[Task], indent: str = "") -> Iterator[str]:
    """The tree of tasks: what each reads and writes."""
    for task in made:
        written = ", ".join(_tensor(t) for t in task.writes)
        yield f"{indent}{task.name}: {', '.join(_tensor(t) for t in task.reads)} -> {written or 'nothing'}"
        for number, block in enumerate(task.blocks):
            yield f"{indent}  block {number}"
            yield from tasks(block.tasks, indent + "    ")


def implementations(program: Program) -> Iterator[str]:
    """How each task is carried out, and how it would be carried out row by row."""
    for leaf in program.leaves():
        for chosen in leaf.chosen:
            why = "measured" if chosen.measured else "estimated"
            yield f"{leaf.output.name!r} {leaf.name}: {chosen.implementation.family}, {why}{_sizes(chosen.sizes)}"
            yield f"    {print_implementation(chosen.implementation)}"
            yield f"    {print_cost(chosen.cost)}"
            if chosen.in_rows is not None:
                yield f"    row by row: {print_implementation(chosen.in_rows)}"


def _sizes(sizes: SizeRange | None) -> str:
    if sizes is None:
        return ""
    below = "" if sizes.end is None else f" and below {sizes.end}"
    return f", where {sizes.dim} is at least {sizes.least}{below}"


def memory(program: Program, arena: Arena) -> Iterator[str]:
    """Where each tensor lies."""
    bound = "" if arena.lower_bound is None else f", no plan takes less than {arena.lower_bound}"
    yield f"arena of {arena.size} bytes{bound}"
    written = dict.fromkeys(leaf.output for leaf in program.leaves())
    for tensor in (*program.inputs, *written):
        place = tensor.resolve()
        number = f" {place.index}" if place.kind in ("input", "output", "line buffer") else ""
        inside = "" if tensor.parent is None else f", in {tensor.parent.name!r}"
        yield f"{_tensor(tensor)}: {place.kind}{number} + {place.offset}, {tensor.bytes} bytes{inside}"


def kernels(made: Kernels) -> Iterator[str]:
    """What each kernel computes, over which range, and what it costs."""
    for leaf, each in made.items():
        for kernel, _ in each:
            yield f"{leaf.output.name!r} {kernel.what}: {kernel.implementation.algorithm}"
            flops = f", {kernel.flops} flops" if kernel.flops != 0 else ""  # of contractions
            yield f"    range [0, {kernel.extent}), {kernel.work} scalar operations{flops}"


def specializations(wanted: Sequence[Specialization], made: Sequence[Compilation]) -> Iterator[str]:
    """For each specialization its sizes, and how its tasks are carried out."""
    for special, each in zip(wanted, made, strict=True):
        yield f"specialization for {special.text}"
        yield from (f"    {line}" for line in implementations(each.program))


def calls(made: Calls) -> Iterator[str]:
    """The calls in order: the function, and which threads run it."""
    for called in made.called:
        turns = f", row tiles {called.tiles}" if called.tiles else ""
        who = "all threads" if called.shared else "first thread"
        yield f"{called.function} -> {called.kernel.operands[-1].name!r}: {who}{turns}"


def objects(modules: Sequence[ModuleSource], made: Sequence[ObjectCode]) -> Iterator[str]:
    """The size of each module's object."""
    for module, code in zip(modules, made, strict=True):
        yield f"{module.digest.split(' ')[0]}: {len(code.object)} bytes"


def linked(made: Linked) -> Iterator[str]:
    """The sizes of the file's parts."""
    yield f"library: {made.size} bytes, {made.code} of code, {made.weights} of weights"


def _tensor(tensor: Tensor) -> str:
    return f"{tensor.name!r} {tensor.type} {tensor.layout}"
