"""The tasks of variables: what one run leaves for the next lies in a slot of the request."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.bodies import Bodies
from dldt.codegen.plan.carry import carry, matched
from dldt.codegen.task.define import Define, Grown, Source
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.state_variable import StateVariable
from dldt.codegen.task.store_dim import StoreDim
from dldt.codegen.task.task import Block, Branch, Copy, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.dims import DefinedDim, Dim, Symbol
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, TensorType


def declare_variables(maker: Bodies, graph: Graph) -> None:
    """Give every variable of the model its slot and its words, before anything else has slots."""
    for inner in graph.walk():
        for node in inner.order():
            if isinstance(node.op, ops.ReadValue | ops.Assign):
                _variable(maker, node.op.variable_id, node.types[0])


def read_value(maker: Bodies, node: Node, tasks: list[Task]) -> None:
    """What the variable holds, or its first value where it is not set. An earlier run may have left another size, so
    all dims that are not taken from what it left are compared."""
    op, (value,) = node.op, node.outputs
    assert isinstance(op, ops.ReadValue)
    variable = _variable(maker, op.variable_id, value.type)
    made = Tensor(value.name, attrs.evolve(value.type, value=None, constant=None))
    maker.tensors[value] = made
    stage = MemoryStage()
    flag = Tensor(op.variable_id, TensorType(DType.boolean, ()), place=Place("states", offset=8 * variable.word))
    words = Tensor(
        op.variable_id,
        TensorType(DType.i64, (variable.tensor.type.rank,)),
        place=Place("states", offset=8 * (variable.word + 1)),
    )
    found: dict[Symbol, Source] = {}
    pairs: list[tuple[Dim, Dim]] = []
    for axis, dim in enumerate(made.type.shape):
        held_dim = DefinedDim(f"{value.graph.name}:{node.id}.held.{axis}", 0)
        taking, differing = matched([(held_dim.dim, dim)], maker.known | found.keys())
        found |= dict.fromkeys(taking or [held_dim], (words, axis))
        pairs += differing
    conditions = maker.equal(pairs, node, f"a dim of what variable {shown(op.variable_id)} holds")
    held: list[Task] = [Define(tuple(found.items()), stage, conditions=conditions)] if found else []
    held.append(Copy(made, Tensor(op.variable_id, made.type, parent=variable.tensor)))
    first = _first(maker, node, value, tasks)
    begun = carry(maker, node, [(first, made)], stage)
    tasks.append(Branch(flag, Block(held), Block(begun)))


def assign(maker: Bodies, node: Node, tasks: list[Task]) -> None:
    """The variable takes the value when all else is done: until then it holds what it held when the run started."""
    op, (value,) = node.op, node.inputs
    assert isinstance(op, ops.Assign)
    assert value is not None
    variable = _variable(maker, op.variable_id, value.type)
    source = maker.plain(maker.tensor(value), tasks, value.type.dtype)
    maker.tensors[node.outputs[0]] = source
    target = Tensor(op.variable_id, attrs.evolve(value.type, value=None, constant=None), parent=variable.tensor)
    maker.last.append(Define((), grown=(Grown(target, target.bytes),)))
    maker.last.append(Copy(target, source))
    for number, dim in enumerate((1, *value.type.shape)):
        place = Place("states", offset=8 * (variable.word + number))
        maker.last.append(StoreDim(dim, Tensor(op.variable_id, TensorType(DType.i64, ()), place=place)))


def _variable(maker: Bodies, name: str, kind: TensorType) -> StateVariable:
    known = maker.states.get(name)
    if known is None:
        words = sum(1 + state.tensor.type.rank for state in maker.states.values())
        tensor = maker.slot(Tensor(name, TensorType(kind.dtype, kind.shape)))
        known = maker.states[name] = StateVariable(tensor, words)
    return known


def _first(maker: Bodies, node: Node, value: Value, tasks: list[Task]) -> Tensor:
    """The tensor of the variable's first value: the input, or zeros, of which there are none where a dim is found."""
    given = node.inputs[0] if node.inputs else None
    if given is not None:
        return maker.plain(maker.tensor(given), tasks, given.type.dtype)
    shape = tuple(dim if isinstance(dim, int) else 0 for dim in value.type.shape)
    zeros = value.graph.constant(np.zeros(shape, value.type.dtype.numpy))
    return maker.tensor(zeros)
