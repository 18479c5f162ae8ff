"""Operation cases with free dims: their types, and inputs of another size."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import Poly, symbol, symbols
from dldt.compiler.errors import DldtError
from dldt.compiler.substitute import evaluate, substitute
from dldt.compiler.types import Array, DType, TensorType
from tests.codegen.lowered import symbols_of
from tests.ops.case import Case

Types = tuple[TensorType | None, ...]


def symbolic_types(case: Case) -> Types | None:
    """The types with the case's symbols, or with a free first dim where infer takes that; None where it does not."""
    types = case.types()
    if case.symbolic:
        found = tuple(
            attrs.evolve(t, shape=tuple(parse_dim(dim) for dim in case.symbolic[i].split(",")))
            if i in case.symbolic and t is not None
            else t
            for i, t in enumerate(types)
        )
    else:
        found = _first_free(case, types)
    try:
        case.op.types(*found)
    except DldtError:
        return None
    return found if any(t is not None and not t.is_static for t in found) else None


def _first_free(case: Case, types: Types) -> Types:
    first = types[0]
    if first is None or not first.rank or 0 in case.constant_inputs or first.shape[0] == 1:
        return types
    size = first.shape[0]
    return tuple(
        attrs.evolve(t, shape=(symbol("N"), *t.shape[1:]))
        if t is not None and i not in case.constant_inputs and t.rank == first.rank and t.shape[0] == size
        else t
        for i, t in enumerate(types)
    )


def renamed(types: Types, suffix: str) -> Types:
    """The types with every symbol's name prolonged, so that cases of one model do not share dims."""
    found = {s for t in types if t is not None for dim in t.shape for s in symbols(dim)}
    values = {s: symbol(s.name + suffix) for s in found}
    return tuple(
        None if t is None else attrs.evolve(t, shape=tuple(substitute(dim, values) for dim in t.shape)) for t in types
    )


def resized(case: Case, types: Types) -> tuple[Array | None, ...] | None:
    """Inputs in which every free dim is larger, the content repeated; None where the operation does not take them."""
    sizes = {s: 2 * size + 1 for s, size in symbols_of(types, case.inputs).items()}
    found = []
    for k, (t, x) in enumerate(zip(types, case.inputs, strict=True)):
        if t is None or x is None or not any(isinstance(dim, Poly) for dim in t.shape):
            found.append(x)
            continue
        if k in case.constant_inputs:
            return None
        found.append(np.resize(x, tuple(evaluate(dim, sizes) for dim in t.shape)))
    static = tuple(
        case.type(k, x) if k in case.constant_inputs else TensorType(DType.of(x.dtype), x.shape)
        for k, x in enumerate(found)
        if x is not None
    )
    if len(static) != len(found):
        return None
    try:
        case.op.types(*static)
        case.op.evaluate(*found)
    except (DldtError, ValueError, IndexError):
        return None
    return tuple(found)
