"""The table of vector math functions: from name and element type to the function that writes the code."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.compiler.errors import InternalError, UnsupportedError

MATH: dict[str, int] = {}
"""The functions' names, each with its number of operands."""

_IMPLEMENTATIONS: dict[tuple[str, str], Callable[..., Ir]] = {}
_NARROW = ("half", "bfloat")

Emitter = Callable[..., Ir]


def math_function(name: str, *elements: str) -> Callable[[Emitter], Emitter]:
    """Registers an emitter ``(b, x, ...) -> y`` as ``name`` for operands of the LLVM element types ``elements``."""

    def register(emitter: Emitter) -> Emitter:
        MATH[name] = len(inspect.signature(emitter).parameters) - 1
        for element in elements:
            _IMPLEMENTATIONS[name, element] = emitter
        return emitter

    return register


def emit_math(b: Builder, name: str, *args: Ir) -> Ir:
    """Writes ``name(*args)`` lane by lane. The operands have one element type and are scalars or vectors of any lane
    count; the result is like them. A scalar operand among vectors is splatted. half and bfloat are computed in float
    and rounded once.

    Raises UnsupportedError where the function is not written for the element type.
    """
    if name not in MATH or len(args) != MATH[name]:
        raise InternalError(f"no math function {name} of {len(args)} operands; there are: {', '.join(sorted(MATH))}")
    operands = b.unify(*args)
    element = operands[0].element
    if element in _NARROW:
        return b.convert(emit_math(b, name, *(b.convert(x, "float") for x in operands)), element)
    emitter = _IMPLEMENTATIONS.get((name, element))
    if emitter is None:
        raise UnsupportedError(f"math function {name} has no native code for elements of type {element}")
    return emitter(b, *operands)
