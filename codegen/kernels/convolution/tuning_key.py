"""The facts that decide how a contraction is best carried out on a target."""

from __future__ import annotations

import json

import attrs

from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.compiler.types import DType


@attrs.frozen
class TuningKey:
    """A problem of known sizes, whether Winograd's algorithm is allowed, how weights may be stored, and which types may
    be multiplied."""

    problem: Problem
    winograd: bool
    weights: DType = DType.f32
    precision: DType = DType.f32

    @staticmethod
    def about(
        problem: Problem, *, winograd: bool, weights: DType = DType.f32, precision: DType = DType.f32
    ) -> TuningKey | None:
        """The key of a problem; one image stands for a free number of them. None where other dims are free."""
        single = problem if isinstance(problem.batch, int) else attrs.evolve(problem, batch=1)
        sizes = (*single.space, *single.output, single.source.batch)
        return TuningKey(single, winograd, weights, precision) if all(isinstance(size, int) for size in sizes) else None

    @property
    def text(self) -> str:
        """The key as text, the same in every process: JSON with sorted keys."""
        fields = attrs.asdict(self, value_serializer=_named)
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), default=str)


def _named(_record: object, _field: object, value: object) -> object:
    """An arithmetic as its name, any other value unchanged."""
    return value.name if isinstance(value, Arithmetic) else value
