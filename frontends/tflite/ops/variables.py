"""Variables, as the reader spells them."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops.state import Assign, ReadValue
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.tflite.framework import INTERNAL, TFLITE


@TFLITE.imports("copy", domain=INTERNAL)
def copy(x: Value) -> Value:
    """The same tensor under another name."""
    return x


@TFLITE.imports("read_variable", domain=INTERNAL)
def read_variable(*, variable: str, first: Tensor, context: Context) -> Value:
    """What the variable holds when a run begins."""
    return ReadValue(variable)(context.graph.constant(first))


@TFLITE.imports("assign_variable", domain=INTERNAL)
def assign_variable(x: Value, *, variable: str) -> Value:
    """The variable holds ``x`` from the next run on."""
    return Assign(variable)(x)
