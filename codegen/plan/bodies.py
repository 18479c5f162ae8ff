"""What the makers of tasks with blocks ask of the maker of all tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dldt.codegen.task.state_variable import StateVariable
from dldt.codegen.task.task import Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.condition import Condition
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import DType

HANDED_ON = "a dim of what is handed on"


class Bodies(Protocol):
    """The maker of all tasks, as a function sees it that makes the task of an operation with bodies."""

    tensors: dict[Value, Tensor]
    states: dict[str, StateVariable]
    """The variables by name, in the order of their words in the request's table."""
    known: set[Symbol]
    """The dims that are found before the next task."""
    last: list[Task]
    """What is done when all else is."""

    def tensor(self, value: Value) -> Tensor:
        """The tensor in which a value is stored."""

    def plain(self, tensor: Tensor, tasks: list[Task], dtype: DType) -> Tensor:
        """The tensor in C order with elements of ``dtype``; ``tasks`` get a copy where it is stored otherwise."""

    def body(self, body: Graph, inputs: Sequence[Tensor]) -> tuple[list[Task], list[Tensor]]:
        """The tasks of a body that takes these tensors, and its results."""

    def equal(
        self, pairs: Sequence[tuple[Dim, Dim]], node: Node, meaning: str = HANDED_ON
    ) -> tuple[tuple[int, Condition], ...]:
        """The conditions of ``node`` that the dims of each pair are equal, with their numbers; ``meaning`` tells people
        what the first of each pair is."""

    def slot(self, tensor: Tensor) -> Tensor:
        """The tensor in a slot of its own."""
