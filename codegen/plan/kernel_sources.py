"""Which operation of the graph each part of a kernel's code comes from."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.codegen.llvm.source_lines import SourceLines
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Apply, Reduce, walk
from dldt.codegen.plan.kernels import Functions, Kernels
from dldt.codegen.task.region import Region, compose
from dldt.codegen.task.task import Leaf
from dldt.compiler.errors import DldtError
from dldt.compiler.graph import Node


def kernel_sources(kernels: Kernels, functions: Functions) -> dict[str, SourceLines]:
    """The source lines of every function, by name. Of one that several tasks share they name the first task's nodes."""
    found: dict[str, SourceLines] = {}
    for leaf in kernels:
        for name in functions.get(leaf, ()):
            if name not in found:
                found[name] = _with_lines(leaf)
    return found


def _with_lines(leaf: Leaf) -> SourceLines:
    """Each operation is lowered alone: what primitives it is made of tells which instructions are its own. Where
    several operations of a kernel have a primitive, all of them are named."""
    if leaf.region is None:
        return SourceLines({}, leaf.name)
    found: dict[str, list[str]] = {}
    for node in leaf.region.nodes:
        if node == leaf.region.anchor:
            continue
        for name in dict.fromkeys(_primitives(node)):
            found.setdefault(name, []).append(str(node))
    known = {name: " or ".join(nodes) for name, nodes in found.items()}
    for number, tensor in enumerate(leaf.inputs.values()):
        known[f"a{number}"] = f"reads {tensor.name!r}"
    return SourceLines(known, str(leaf.region.anchor or leaf.region.root.node))


def _primitives(node: Node) -> Iterator[str]:
    """The names by which source lines know the expressions of an operation."""
    buffers = {
        value: Buffer(f"in{number}", value.type.dtype, value.type.shape)
        for number, value in enumerate(node.inputs)
        if value is not None and (value.constant is None or value.constant.size > 1)
    }
    for value in node.outputs:
        try:
            access = compose(Region((node,), value, None), buffers)
            made = access((0,) * value.type.rank)
        except (DldtError, ValueError, KeyError):  # it cannot be lowered alone: its code counts as the anchor's
            continue
        for each in walk(made):
            if isinstance(each, Apply):
                yield each.name
            if isinstance(each, Reduce):
                yield f"reduce {each.kind}"
