"""infer agrees with evaluate, and says with symbols what it says with numbers."""

from __future__ import annotations

import itertools

import attrs
import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.errors import DldtError
from dldt.compiler.inference import is_found
from dldt.compiler.substitute import substitute
from dldt.compiler.types import DType, TensorType
from tests.ops.case import Case
from tests.ops.table import all_cases

CASES = all_cases()
SYMBOLIC = [case for case in CASES if case.symbolic]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_infer_is_the_type_of_evaluate(case: Case) -> None:
    made = [TensorType(DType.of(x.dtype), x.shape) for x in case.expected()]
    inferred = list(case.op.types(*case.types()))
    assert [(t.dtype, t.rank) for t in inferred] == [(t.dtype, t.rank) for t in made]
    for t, own in zip(inferred, made, strict=True):
        assert all(_is_possible(dim, size) for dim, size in zip(t.shape, own.static_shape, strict=True)), (t, own)


def _is_possible(dim: dims.Dim, size: int) -> bool:
    """Whether the dim is the size, or one that is found when the model runs and may be it."""
    return dim == size or (is_found(dim) and dims.minimum_of(dim) <= size <= dims.maximum_of(dim))


def _symbolic_types(case: Case) -> tuple[list[TensorType | None], dict[str, int]]:
    types = list(case.types())
    values: dict[dims.Symbol, int] = {}
    for i, text in case.symbolic.items():
        t = types[i]
        assert t is not None
        shape = tuple(parse_dim(part) for part in text.split(","))
        for dim, size in zip(shape, t.static_shape, strict=True):
            if isinstance(dim, int):
                assert dim == size, f"{case.id}: the symbolic shape {text} does not fit {t}"
            else:
                (found,) = dims.symbols(dim)
                assert values.setdefault(found, size) == size
        types[i] = attrs.evolve(t, shape=shape)
    return types, values


def _substituted(types: tuple[TensorType, ...], values: dict[dims.Symbol, int]) -> list[TensorType]:
    return [attrs.evolve(t, shape=tuple(substitute(dim, values) for dim in t.shape)) for t in types]


@pytest.mark.parametrize("case", SYMBOLIC, ids=lambda case: case.id)
def test_symbolic_dims_give_the_static_result(case: Case) -> None:
    types, values = _symbolic_types(case)
    inferred = case.op.types(*types)
    assert _substituted(inferred, values) == list(case.op.types(*case.types()))


@pytest.mark.parametrize("case", SYMBOLIC, ids=lambda case: case.id)
def test_symbolic_dims_hold_for_other_sizes(case: Case) -> None:
    """One symbol at a time takes other sizes; wherever infer accepts the static types, the results agree."""
    types, values = _symbolic_types(case)
    inferred = case.op.types(*types)
    for name, more in itertools.product(values, (1, 2, 9)):
        other = {**values, name: values[name] + more}
        fixed = [None if t is None else _substituted((t,), other)[0] for t in types]
        try:
            expected = list(case.op.types(*fixed))
        except DldtError:
            continue
        assert _substituted(inferred, other) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_any_symbol_is_refused_or_right(case: Case) -> None:
    """Every size above 1 in turn becomes a symbol wherever it stands: infer refuses that, or agrees with numbers."""
    types = case.types()
    free = [i for i in range(len(types)) if i not in case.constant_inputs and types[i] is not None]
    sizes = {dim for i in free if (known := types[i]) is not None for dim in known.static_shape if dim > 1}
    for size in sorted(sizes):
        marked = list(types)
        for i in free:
            t = types[i]
            assert t is not None
            marked[i] = attrs.evolve(t, shape=tuple(dims.symbol("S") if dim == size else dim for dim in t.shape))
        try:
            inferred = case.op.types(*marked)
        except DldtError:
            continue
        assert _substituted(inferred, {dims.FreeDim("S"): size}) == list(case.op.types(*types))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_evaluate_leaves_its_inputs_alone(case: Case) -> None:
    before = [None if x is None else x.copy() for x in case.inputs]
    case.expected()
    for x, y in zip(before, case.inputs, strict=True):
        np.testing.assert_array_equal(x, y)
