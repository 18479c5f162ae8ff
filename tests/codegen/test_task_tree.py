"""The tree of tasks: what each reads and writes, and what its blocks say for themselves."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.target import TARGETS
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.program_of import compiled_to, program_of
from tests.codegen.test_row_tiling import Layers, machine

TARGET = TARGETS["x86-64-v3"]


def branching():
    """y = relu(if max(x) > 0: softmax(x) else tanh(x))."""
    graph = Graph("branching")
    x = graph.parameter("x", TensorType(DType.f32, (2, 24)))
    flag = ops.Greater()(ops.ReduceMax(False)(x, np.array([0, 1])), np.array(0, np.float32))
    bodies = []
    for op in (ops.SoftMax(1), ops.Tanh()):
        body = Graph("side")
        body.result(op(body.parameter("a", x.type)), "r")
        bodies.append(body)
    graph.result(ops.ReLU()(ops.If(*bodies)(flag, x)), "y")
    return graph


def test_an_if_reads_its_condition_and_its_blocks_carry_what_they_make():
    program = program_of(branching(), TARGET)
    (branch,) = (task for task in program.tasks if task.blocks)
    after = program.tasks[program.tasks.index(branch) + 1]
    (condition,) = branch.reads
    assert (condition.type.dtype, condition.type.shape) == (DType.boolean, ())
    assert condition in program.tasks[0].writes or condition in program.tasks[1].writes
    assert (branch.name, branch.writes, branch.leaf, branch.region, branch.interleaved) == ("If", (), None, None, False)
    assert len(branch.blocks) == 2
    for block, name in zip(branch.blocks, ("SoftMax", "Tanh"), strict=True):
        first, last = block.tasks
        assert first.name == name
        assert first.reads == program.inputs
        ((made, result),) = block.carried
        assert first.writes == last.reads == (made,)
        assert last.writes == (result,)
        assert after.reads == (result,)
        assert (last.name, last.region) == ("Copy", None)


def test_leaves_are_those_of_all_blocks_in_order():
    program = program_of(branching(), TARGET)
    leaves = list(program.leaves())
    assert [leaf.name for leaf in leaves][-5:] == ["SoftMax", "Copy", "Tanh", "Copy", "ReLU"]
    assert all(isinstance(leaf, Leaf) and leaf.leaf is leaf and not leaf.blocks for leaf in leaves)
    assert all(leaf.writes == (leaf.output,) for leaf in leaves)


def test_row_tiles_read_what_their_leaves_read_and_write_what_the_last_one_writes():
    n = Layers(1, 16, 12, 12)
    made = compiled_to("row-tiling", n.done(n.convolved(n.depthwise(n.convolved(n.x, 32)), 16)), machine("x86-64-v3"))
    (tiles,) = made.row_tiles
    (block,) = tiles.blocks
    first, second, third = block.tasks
    assert tiles in made.program.tasks
    assert not {first, second, third} & set(made.program.tasks)
    assert tiles.reads == (*first.reads, *second.reads, *third.reads)
    assert tiles.writes == third.writes
    assert (second.reads[0], third.reads[0]) == (first.output, second.output)
    assert (tiles.interleaved, tiles.leaf, tiles.region, tiles.leaves) == (True, None, None, [first, second, third])
    assert tiles.name == f"Rows of {first.name}, {second.name}, {third.name}"
    assert [t.place and t.place.kind for t in (first.output, second.output, third.output)][:2] == ["line buffer"] * 2
    assert third.output.place is None or third.output.place.kind != "line buffer"


def test_vectors_may_run_over_a_line_buffer_as_over_the_arena():
    n = Layers(1, 16, 12, 12)
    made = compiled_to("row-tiling", n.done(n.convolved(n.depthwise(n.convolved(n.x, 32)), 16)), machine("x86-64-v3"))
    (tiles,) = made.row_tiles
    held = tiles.leaves[0].output
    assert held.place.kind == "line buffer"
    assert held.role == "arena"
    assert attrs.evolve(held.buffer, role=held.role).over_readable
