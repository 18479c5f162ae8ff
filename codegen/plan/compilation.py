"""A model on its way from a graph to an artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from dldt.codegen.kernels.choice import Choice
from dldt.codegen.kernels.library import Library
from dldt.codegen.kernels.objective import DEFAULT, Objective
from dldt.codegen.kernels.recorded import Recorded
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.llvm.step import ProgramStep
from dldt.codegen.loop.buffers import Layout
from dldt.codegen.object.link import Linked
from dldt.codegen.object.object import ObjectCode
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.object.source import ModuleSource
from dldt.codegen.plan.arena import Arena
from dldt.codegen.plan.calls import Calls
from dldt.codegen.plan.definitions import Definitions
from dldt.codegen.plan.kernels import Functions, Kernels
from dldt.codegen.plan.specialization import Specialization
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.region import Region
from dldt.codegen.task.task import Program, RowTiles
from dldt.compiler.condition import Condition
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import TensorType

Progress = Callable[[str, int, int], None]
"""Called with the name of what is being done, how much of it is done, and how much there is."""


@attrs.define
class Compilation:
    """A model on its way to an artifact: first what the user asked for, then what each step made, in the steps'
    order."""

    graph: Graph
    target: Target
    numerics: Numerics = attrs.field(factory=Numerics)
    tuned: Tuned = UNTUNED
    cache: ObjectCache | None = None
    path: Path | None = None
    specializations: Sequence[Specialization] = ()
    """The sizes that programs of their own are made for."""
    recorded: Recorded | None = None
    """The plan to follow instead of choosing."""
    optimize: Objective = DEFAULT
    """What the choices are made for."""
    library: Library = attrs.Factory(lambda self: Library(self.target, self.cache), takes_self=True)
    """The functions of the kernels."""
    workers: int | None = None
    assembly: bool = False
    progress: Progress = lambda what, done, total: None

    conditions: Sequence[Condition] = attrs.field(init=False)
    definitions: Mapping[Graph, Definitions] = attrs.field(init=False)
    regions: Mapping[Graph, Sequence[Region | Node]] = attrs.field(init=False)
    layouts: Mapping[Value, Layout] = attrs.field(init=False)
    types: Mapping[Value, TensorType] = attrs.field(init=False)
    program: Program = attrs.field(init=False)
    choice: Choice = attrs.field(init=False)
    row_tiles: Sequence[RowTiles] = attrs.field(init=False)
    arena: Arena = attrs.field(init=False)
    kernels: Kernels = attrs.field(init=False)
    functions: Functions = attrs.field(init=False)
    specialized: Sequence[Compilation] = attrs.field(init=False)
    """The specializations, as far as the step that plans them has brought them."""
    calls: Calls = attrs.field(init=False)
    steps: Sequence[ProgramStep] = attrs.field(init=False)
    metadata: dict[str, object] = attrs.field(init=False)
    modules: list[ModuleSource] = attrs.field(init=False)
    objects: Sequence[ObjectCode] = attrs.field(init=False)
    linked: Linked = attrs.field(init=False)
    seconds: dict[str, float] = attrs.field(factory=dict, init=False)
    """How long each step took."""
