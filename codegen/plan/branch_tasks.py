"""The task of an If."""

from __future__ import annotations

import attrs

from dldt.codegen.plan.bodies import Bodies
from dldt.codegen.plan.carry import carry
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Block, Branch, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.graph import Node


def branch(maker: Bodies, node: Node, tasks: list[Task]) -> None:
    """One of two blocks. What the one that runs makes is copied to the results, whose shapes it decides."""
    values = [v for v in node.inputs if v is not None]
    condition, *captured = [maker.plain(maker.tensor(v), tasks, v.type.dtype) for v in values]
    results = [Tensor(v.name, attrs.evolve(v.type, value=None, constant=None)) for v in node.outputs]
    maker.tensors.update(zip(node.outputs, results, strict=True))
    stage, sides = MemoryStage(), []
    for body in node.bodies:
        inner, made = maker.body(body, captured)
        pairs = tuple(zip(made, results, strict=True))
        sides.append(Block(inner + carry(maker, node, pairs, stage), pairs))
    tasks.append(Branch(condition, *sides))
