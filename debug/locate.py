"""Finds the kernel whose result is wrong, and whether its lowering or its emitter is at fault."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import attrs
import numpy as np

from dldt.codegen.kernels.kernel import operands_of
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import Accumulator, Nest, walk
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.region import Region, compose
from dldt.codegen.task.task import Leaf
from dldt.compiler.errors import DldtError
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array
from dldt.debug.body_run import BodyRun
from dldt.debug.deviation import Deviation
from dldt.debug.evaluator import Evaluator
from dldt.debug.probe import probe

LOOPS = "loops"
"""The family whose kernels are nothing but lowered operations."""


@attrs.frozen
class Culprit:
    """The first kernel, in the order of the graph, whose result deviates. ``fault``: ``lowering`` where the loops as
    they were lowered already compute something else, ``kernel`` where the family's code does. ``node``: the node that
    was lowered wrongly, or the anchor of the kernel's region; ``inside``: the nodes in whose bodies it is."""

    fault: str
    node: Node
    nodes: tuple[Node, ...]
    output: str
    family: str
    functions: tuple[str, ...]
    deviation: Deviation
    inside: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ", ".join(map(str, self.nodes))
        what = f"the lowering of {self.node}" if self.fault == "lowering" else f"the kernel family {self.family!r}"
        function = f", function {', '.join(self.functions)}" if self.functions else ""
        inside = "".join(f" in the body of {node}" for node in reversed(self.inside))
        return f"{what}{inside}, in the kernel for {names}{function}: {self.output!r} {self.deviation}"


def locate(c: Compilation, inputs: Mapping[str, Array], tolerance: float) -> Culprit | None:
    """The culprit of a compilation that came to its kernels; None where each tensor between kernels is as it should be
    when all of them are outputs."""
    made = probe(c, inputs)
    evaluator = Evaluator(inputs)
    regions = [region for region in c.regions[c.graph] if isinstance(region, Region)]
    wanted: dict[Value, object] = dict(made)
    holders = [node for node in c.graph.order() if node.bodies]
    for node in (*holders, *(node for region in regions for node in region.nodes)):
        wanted.update((value, None) for value in (*node.outputs, *node.inputs) if value is not None)
    right = evaluator.values(c.graph, wanted)
    for value, array in made.items():
        deviation = Deviation.between(right[value], array)
        if deviation.exceeds(tolerance) and value.node.bodies:
            return _inside(c, value, right, deviation, tolerance)
        if deviation.exceeds(tolerance):
            return _accused(c, value, right, deviation, tolerance)
    return None


def _inside(
    c: Compilation, value: Value, right: Mapping[Value, Array], deviation: Deviation, tolerance: float
) -> Culprit:
    """The culprit in a body, which is compiled alone for each of its turns until one is wrong."""
    node = value.node
    for run in BodyRun.of(node, [None if v is None else right[v] for v in node.inputs]):
        with tempfile.TemporaryDirectory(prefix="dldt-body-") as folder:
            made = Compilation(run.model, c.target, c.numerics, cache=c.cache, path=Path(folder) / "body.so")
            found = locate(run_steps(made), run.inputs, tolerance)
        if found is not None:
            return attrs.evolve(found, inside=(str(node), *found.inside))
    return Culprit("kernel", node, (node,), value.name, "the steps round its body", (), deviation)


def _accused(
    c: Compilation, value: Value, right: Mapping[Value, Array], deviation: Deviation, tolerance: float
) -> Culprit:
    leaf = next(leaf for leaf in c.program.leaves() if leaf.region is not None and leaf.region.root == value)
    region = leaf.region
    assert region is not None
    family = ", ".join(dict.fromkeys(chosen.implementation.family for chosen in leaf.chosen))
    functions = tuple(dict.fromkeys(c.functions.get(leaf, ())))
    anchor = region.anchor or region.nodes[-1]
    about = (region.nodes, value.name, family, functions, deviation)
    lowered = [node for node in region.nodes if node != region.anchor or family == LOOPS]
    wrong = [node for node in lowered if not _node_lowered_right(node, right, tolerance)]
    if not wrong and all(_lowered_right(nest, leaf, right, tolerance) for nest in _nests(c, leaf)):
        return Culprit("kernel", anchor, *about)
    return Culprit("lowering", wrong[0] if wrong else anchor, *about)


def _nests(c: Compilation, leaf: Leaf) -> list[Nest]:
    """The nests of the leaf's kernels, but for those that only finish what an emitter has summed."""
    nests = (kernel.nest for kernel, _ in c.kernels[leaf] if kernel.nest is not None)
    return [nest for nest in nests if not any(isinstance(sub, Accumulator) for sub in walk(nest.value))]


def _lowered_right(nest: Nest, leaf: Leaf, right: Mapping[Value, Array], tolerance: float) -> bool:
    """Whether the nest, interpreted, makes what the graph says. True where it is not of the leaf's whole region."""
    region = leaf.region
    operands = operands_of(leaf)
    if region is None or nest.buffer != operands.output or any(v not in right for v in operands.buffers):
        return True
    return _agrees(nest, {operands.buffers[v]: right[v] for v in operands.buffers}, right[region.root], tolerance)


def _node_lowered_right(node: Node, right: Mapping[Value, Array], tolerance: float) -> bool:
    """Whether the node, lowered alone, computes what it says."""
    given = list(dict.fromkeys(v for v in node.inputs if v is not None))
    buffers = {v: Buffer(f"a{k}", v.type.dtype, v.type.shape) for k, v in enumerate(given)}
    (value, *_) = node.outputs
    try:
        made = output_nest(
            Buffer("out", value.type.dtype, value.type.shape), compose(Region((node,), value, None), buffers)
        )
    except DldtError:
        return True
    return _agrees(made, {buffers[v]: right[v] for v in given}, right[value], tolerance)


def _agrees(nest: Nest, arrays: Mapping[Buffer, Array], expected: Array, tolerance: float) -> bool:
    found = np.zeros(expected.shape, expected.dtype)
    try:
        run_nests([nest], {**arrays, nest.buffer: found})
    except DldtError:  # it reads outside its buffer
        return False
    return not Deviation.between(expected, found).exceeds(tolerance)
