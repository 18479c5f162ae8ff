"""Tasks: what is to be done, each on tensors; an ``If`` is a task with two lists."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from dldt.codegen.task.region import Region
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.graph import Value


@attrs.define(eq=False)
class Compute:
    """Run a region: ``inputs`` by value, ``output`` is its root."""

    region: Region
    inputs: dict[Value, Tensor]
    output: Tensor


@attrs.define(eq=False)
class Copy:
    """Copy a tensor, changing its layout where the two differ."""

    source: Tensor
    output: Tensor


@attrs.define(eq=False)
class Branch:
    """Run one of two lists of tasks by a boolean tensor."""

    condition: Tensor
    then: list[Task]
    otherwise: list[Task]


@attrs.define(eq=False)
class Chain:
    """Run tasks a band of image rows at a time, each as far as the next one reads: ``band`` units of the last one's
    work. What is between two tasks never leaves the thread that made it."""

    tasks: tuple[Compute, ...]
    band: int


Task: TypeAlias = Compute | Copy | Branch | Chain


@attrs.frozen
class Program:
    """The tasks of a model with its input and output tensors."""

    tasks: list[Task]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    constants: tuple[Tensor, ...]
