"""Control flow: one of two sub-graphs. Those that run again and again are in ``loop.py``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dldt.compiler.dims import DefinedDim, Dim, Symbol, maximum_of, minimum_of, symbols
from dldt.compiler.errors import InternalError, ShapeError, UnsupportedError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import text
from dldt.compiler.ops.body import Body
from dldt.compiler.ops.logical import require_boolean
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, TensorType


@op("opset8")
class If(Op):
    """The outputs of ``then_body`` where cond, else those of ``else_body``; both take the captures as Parameters, in
    order, and give equally many Results of the same element types and ranks"""

    then_body: Body
    else_body: Body

    @property
    def bodies(self) -> tuple[Any, ...]:
        return self.then_body, self.else_body

    def choose(self, cond: Array) -> Body:
        """The body that runs for this condition."""
        return self.then_body if bool(np.asarray(cond).reshape(())) else self.else_body

    def retyped(self, *inputs: TensorType | None) -> Op:
        return If(*(_retyped(body, inputs[1:]) for body in self.bodies))

    def infer(self, cond: TensorType, *captures: TensorType) -> tuple[TensorType, ...]:
        require_boolean(cond, "cond", self.type)
        if cond.elements != 1:
            raise ShapeError(f"If: cond must hold one element, got {cond}")
        for label, body in (("then_body", self.then_body), ("else_body", self.else_body)):
            _check_parameters(label, body, captures)
        then_types = [value.type for value in self.then_body.output_values]
        else_types = [value.type for value in self.else_body.output_values]
        if len(then_types) != len(else_types) or not then_types:
            raise ShapeError(f"If: then_body has {len(then_types)} outputs, else_body has {len(else_types)}")
        known = {symbol for t in captures for dim in t.shape for symbol in symbols(dim)}
        pairs = zip(then_types, else_types, strict=True)
        return tuple(_merge(i, a, b, known) for i, (a, b) in enumerate(pairs))

    def evaluate(self, cond: Array, *captures: Array) -> tuple[Array, ...]:
        raise InternalError("If has no arithmetic of its own: compiler.interpret runs the body that choose() names")


def _check_parameters(label: str, body: Body, captures: tuple[TensorType, ...]) -> None:
    parameters = body.inputs
    if len(parameters) != len(captures):
        raise ShapeError(f"If: {label} has {len(parameters)} parameters for {len(captures)} captured values")
    for value, t in zip(parameters, captures, strict=True):
        if value.type != t and not _are_known_equal(body, value.type, t):
            raise ShapeError(f"If: parameter {shown(value.name)} of {label} is {value.type}, the captured value is {t}")


def _retyped(body: Body, captures: tuple[TensorType | None, ...]) -> Body:
    made = body.copy()
    types = {value.node.name: t for value, t in zip(made.inputs, captures, strict=True) if t is not None}
    made.retype(types)
    return made


def _are_known_equal(body: Body, t: TensorType, given: TensorType) -> bool:
    if t.dtype != given.dtype or t.rank != given.rank:
        return False
    return all(body.known(a) == body.known(b) for a, b in zip(t.shape, given.shape, strict=True))


def _merge(i: int, a: TensorType, b: TensorType, known: set[Symbol]) -> TensorType:
    """The type of an output: where the branches differ, or only one of them knows a dim, it is found at run time."""
    if a.dtype != b.dtype:
        raise ShapeError(f"If: output {i} is {a.dtype} in then_body and {b.dtype} in else_body")
    if a.rank != b.rank:
        raise UnsupportedError(
            f"If: output {i} is {text(a.shape)} in then_body and {text(b.shape)} in else_body; the number of dims must "
            "be the same"
        )
    return TensorType(
        a.dtype, tuple(_merged(f"{i}.{k}", x, y, known) for k, (x, y) in enumerate(zip(a.shape, b.shape, strict=True)))
    )


def _merged(where: str, a: Dim, b: Dim, known: set[Symbol]) -> Dim:
    inner = [s for s in symbols(a) | symbols(b) if isinstance(s, DefinedDim) and s not in known]
    if a == b and not inner:
        return a
    low, high = min(minimum_of(a), minimum_of(b)), max(maximum_of(a), maximum_of(b))
    return defined(where, int(max(low, 0)), None if math.isinf(high) else int(high))
