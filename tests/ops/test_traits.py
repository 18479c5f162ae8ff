"""Traits against behaviour: each is checked by evaluating, where it says something about values."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.op import REGISTRY, Op, op
from dldt.compiler.ops.elementwise import Binary, Unary
from dldt.compiler.ops.linear import Linear
from dldt.compiler.ops.reduce import Reduction
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from tests.ops.case import Case, booleans, i64, integers, normal
from tests.ops.table import all_cases

CLASSES = [cls for versions in REGISTRY.values() for cls in versions.values() if cls.__module__.startswith("dldt.")]
CASES = all_cases()


def cases_with(trait: Trait) -> list[Any]:
    return [pytest.param(case, id=case.id) for case in CASES if case.op.has(trait)]


def classes(base: type[Op]) -> list[Any]:
    return [pytest.param(cls, id=cls.__name__) for cls in CLASSES if issubclass(cls, base)]


def pairs(cls: type[Op]) -> list[tuple[Array, Array]]:
    """Pairs of arrays of one shape and of a type that the operation takes, positive numbers among them."""
    if cls.__name__.startswith("Logical"):
        return [(booleans(50), booleans(50, seed=1))]
    if cls.__name__.startswith("Bitwise"):
        return [(integers(1, 9, 50), integers(1, 9, 50, seed=1))]
    a, b = normal(50), normal(50, seed=1)
    return [(np.abs(a) + 0.5, np.abs(b) + 0.5), (integers(1, 9, 50), integers(1, 9, 50, seed=1))]


def outputs(case_op: Op, *inputs: Array | None) -> list[Array]:
    with np.errstate(all="ignore"):
        made = case_op.evaluate(*inputs)
    return [np.asarray(x) for x in (made if isinstance(made, tuple) else (made,))]


def test_traits_are_asked_of_the_class_or_of_an_instance() -> None:
    assert ops.Add.has(Trait.COMMUTATIVE)
    assert ops.Add().has(Trait.COMMUTATIVE | Trait.ELEMENTWISE)
    assert not ops.Subtract().has(Trait.COMMUTATIVE)
    assert not ops.Subtract.has(Trait.COMMUTATIVE | Trait.ELEMENTWISE)


def test_newer_versions_have_the_traits_of_the_one_they_derive_from() -> None:
    assert ops.MaxPool14.traits == ops.MaxPool8.traits == ops.MaxPool.traits
    assert ops.AvgPool14.has(Trait.POOLING)


def test_state_and_randomness_make_an_operation_impure() -> None:
    known = {key: dict(versions) for key, versions in REGISTRY.items()}

    @op("opset1", traits=Trait.STATEFUL)
    class Counter(Unary):
        """Counts its runs"""

    @op("opset1", traits=Trait.RANDOM)
    class Noise(Unary):
        """Adds noise"""

    REGISTRY.clear()
    REGISTRY.update(known)
    assert Counter.has(Trait.STATEFUL | Trait.ELEMENTWISE)
    assert not Counter.is_pure()
    assert not Noise().is_pure()
    assert ops.ReLU.is_pure()


@pytest.mark.parametrize("cls", classes(Binary))
def test_exactly_the_commutative_operations_may_swap_their_inputs(cls: type[Op]) -> None:
    swapped = [np.array_equal(*outputs(cls(), a, b), *outputs(cls(), b, a)) for a, b in pairs(cls)]
    assert cls.has(Trait.COMMUTATIVE) == all(swapped)


def test_nothing_else_is_commutative() -> None:
    assert all(issubclass(cls, Binary) for cls in CLASSES if cls.has(Trait.COMMUTATIVE))
    a, b = normal(3, 3), normal(3, 3, seed=1)
    assert not np.allclose(ops.MatMul().evaluate(a, b), ops.MatMul().evaluate(b, a))


@pytest.mark.parametrize("case", cases_with(Trait.ELEMENTWISE))
def test_elementwise_operations_commute_with_permutations(case: Case) -> None:
    expected = case.expected()[0]
    order = np.random.default_rng(3).permutation(expected.size)
    given = [
        x if x is None or x.size == 1 else np.broadcast_to(x, expected.shape).reshape(-1)[order] for x in case.inputs
    ]
    np.testing.assert_array_equal(outputs(case.op, *given)[0].reshape(-1), expected.reshape(-1)[order])


@pytest.mark.parametrize("case", cases_with(Trait.NONNEGATIVE))
def test_nonnegative_operations_give_nothing_below_zero(case: Case) -> None:
    for array in case.expected():
        assert array.dtype.kind != "f" or not np.any(array < 0)


@pytest.mark.parametrize("cls", classes(Unary))
def test_activations_that_lack_the_trait_do_go_below_zero(cls: type[Op]) -> None:
    found = [case.expected()[0] for case in CASES if type(case.op) is cls]
    lowest = [array.astype(np.float64).min(initial=0) for array in found if array.dtype.kind == "f"]
    clamped = cls is ops.Clamp  # its bounds decide
    assert clamped or not lowest or cls.has(Trait.NONNEGATIVE) == (min(lowest) >= 0)


@pytest.mark.parametrize("case", cases_with(Trait.IDENTITY_IF_TYPED_ALIKE))
def test_identities_where_the_type_stays(case: Case) -> None:
    (first, *_), x = outputs(case.op, *case.inputs), case.inputs[0]
    assert x is not None
    if (first.dtype, first.shape) == (x.dtype, x.shape):
        np.testing.assert_array_equal(first, x)


@pytest.mark.parametrize("cls", classes(Reduction))
def test_reductions_of_one_element_are_the_element_or_lack_the_trait(cls: type[Op]) -> None:
    x = booleans(20, 1) if "Logical" in cls.__name__ else normal(20, 1)
    same = np.array_equal(outputs(cls(keep_dims=True), x, i64(1))[0], x)
    assert cls.has(Trait.IDENTITY_IF_TYPED_ALIKE) == same


SAME_SHAPE: dict[type[Op], tuple[Op, tuple[Array, ...]]] = {
    ops.Reshape: (ops.Reshape(special_zero=False), (i64(2, 3),)),
    ops.Squeeze: (ops.Squeeze(), (i64(),)),
    ops.Unsqueeze: (ops.Unsqueeze(), (i64(),)),
    ops.Broadcast: (ops.Broadcast(), (i64(2, 3),)),
    ops.Tile: (ops.Tile(), (i64(1, 1),)),
    ops.Split: (ops.Split(1), (np.array(1),)),
    ops.VariadicSplit: (ops.VariadicSplit(), (np.array(1), i64(3))),
    ops.Convert: (ops.Convert("f32"), ()),
}
"""Operations that give their data, which is [2, 3], its own type."""


@pytest.mark.parametrize("cls", classes(Op))
def test_operations_that_keep_the_type_are_the_identity(cls: type[Op]) -> None:
    if not cls.has(Trait.IDENTITY_IF_TYPED_ALIKE) or issubclass(cls, Reduction):
        return
    layer, given = SAME_SHAPE[cls]
    x = normal(2, 3)
    np.testing.assert_array_equal(outputs(layer, x, *given)[0], x)


@pytest.mark.parametrize("case", cases_with(Trait.VIEW))
def test_views_keep_the_elements_in_order(case: Case) -> None:
    assert case.inputs[0] is not None
    np.testing.assert_array_equal(case.expected()[0].ravel(), case.inputs[0].ravel())


@pytest.mark.parametrize("case", cases_with(Trait.PERMUTATION))
def test_permutations_hold_every_element_once(case: Case) -> None:
    positions, expected = numbered(case)
    np.testing.assert_array_equal(np.sort(expected[0].ravel()), positions.ravel())


@pytest.mark.parametrize("case", cases_with(Trait.SLICE))
def test_slices_take_no_element_twice(case: Case) -> None:
    positions, expected = numbered(case)
    taken = np.concatenate([array.ravel() for array in expected])
    assert len(set(taken.tolist())) == taken.size
    assert set(taken.tolist()) <= set(positions.ravel().tolist())


def numbered(case: Case) -> tuple[Array, list[Array]]:
    """The case on data that tells each element's position, and what it gives."""
    assert case.inputs[0] is not None
    positions = np.arange(case.inputs[0].size, dtype=np.int64).reshape(case.inputs[0].shape)
    return positions, outputs(case.op, positions, *case.inputs[1:])


def test_exactly_the_movements_whose_order_changes_are_no_views() -> None:
    moved = {cls for cls in CLASSES if cls.has(Trait.PERMUTATION) and not cls.has(Trait.VIEW)}
    assert moved == {ops.Transpose, ops.ShuffleChannels, ops.DepthToSpace, ops.SpaceToDepth}
    assert not np.array_equal(ops.Transpose().evaluate(normal(3, 4), i64(1, 0)).ravel(), normal(3, 4).ravel())


@pytest.mark.parametrize("case", cases_with(Trait.LINEAR))
def test_linear_operations_are_linear_in_the_data(case: Case) -> None:
    x, weights, *rest = case.inputs
    assert x is not None
    assert weights is not None
    if x.dtype.kind != "f":
        return
    x, y, w = x.astype(np.float64), normal(*x.shape, seed=5, dtype="f8"), weights.astype(np.float64)
    (both,), (fx,), (fy,) = (outputs(case.op, v, w, *rest) for v in (2.5 * x + y, x, y))
    np.testing.assert_allclose(both, 2.5 * fx + fy, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", cases_with(Trait.LINEAR))
def test_weight_axes_are_those_of_the_channels(case: Case) -> None:
    """Scaling an output channel's weights scales that channel alone; scaling an input channel's is scaling the data."""
    layer, (x, weights, *rest) = case.op, case.inputs
    assert isinstance(layer, Linear)
    assert x is not None
    assert weights is not None
    if x.dtype.kind != "f" or weights.ndim < 2 or x.ndim < weights.ndim - 1 or getattr(layer, "transpose_a", False):
        return
    x, w = x.astype(np.float64), weights.astype(np.float64)
    (plain,) = outputs(layer, x, w, *rest)
    for axes, of_output in ((layer.output_channel_axes(w.ndim), True), (layer.input_channel_axes(w.ndim), False)):
        sizes = [n if i in axes else 1 for i, n in enumerate(w.shape)]
        factors = 1.0 + np.arange(np.prod(sizes), dtype=np.float64)
        (scaled,) = outputs(layer, x, w * factors.reshape(sizes), *rest)
        around = plain if of_output else x
        vector = np.ones(around.ndim, np.int64)
        vector[layer.channel_axis(around.ndim)] = -1
        if of_output:
            np.testing.assert_allclose(scaled, plain * factors.reshape(vector), rtol=1e-9)
        else:
            np.testing.assert_allclose(scaled, outputs(layer, x * factors.reshape(vector), w, *rest)[0], rtol=1e-9)


@pytest.mark.parametrize("cls", classes(Reduction))
def test_reductions_do_not_see_the_order_of_what_they_read(cls: type[Op]) -> None:
    assert cls.has(Trait.READS_ONCE)
    x = booleans(4, 9) if "Logical" in cls.__name__ else normal(4, 9, dtype="f8")
    order = np.random.default_rng(1).permutation(9)
    (plain,), (moved,) = (outputs(cls(), v, i64(1)) for v in (x, x[:, order]))
    np.testing.assert_allclose(moved.astype(np.float64), plain.astype(np.float64), rtol=1e-12)


@pytest.mark.parametrize("case", cases_with(Trait.POOLING))
def test_pools_treat_channels_apart(case: Case) -> None:
    (x,) = case.inputs
    assert x is not None
    order = np.random.default_rng(2).permutation(x.shape[1])
    np.testing.assert_array_equal(outputs(case.op, x[:, order])[0], case.expected()[0][:, order])


@pytest.mark.parametrize("cls", classes(Binary))
def test_the_neutral_operand_changes_nothing(cls: type[Binary]) -> None:
    if cls.neutral is None:
        return
    x = normal(30)
    np.testing.assert_array_equal(outputs(cls(), x, np.full(30, cls.neutral, x.dtype))[0], x)


def test_contractions_and_ends_are_these() -> None:
    """Facts about structure, which no value shows."""
    convolutions = {
        ops.Convolution,
        ops.GroupConvolution,
        ops.ConvolutionBackpropData,
        ops.GroupConvolutionBackpropData,
    }
    assert with_trait(Trait.CONVOLUTION) == convolutions
    assert with_trait(Trait.CONTRACTION) == with_trait(Trait.LINEAR) == convolutions | {ops.MatMul}
    assert with_trait(Trait.GROUPED) == {ops.GroupConvolution, ops.GroupConvolutionBackpropData}
    assert with_trait(Trait.TRANSPOSED) == {ops.ConvolutionBackpropData, ops.GroupConvolutionBackpropData}
    assert with_trait(Trait.BOUNDARY) == {ops.Parameter, ops.Constant, ops.Result}
    assert with_trait(Trait.INTERFACE) == {ops.Parameter, ops.Result}
    assert with_trait(Trait.SOURCE) == {cls for cls in CLASSES if not cls.ports}
    assert with_trait(Trait.SEQUENCE) == {ops.LSTMSequence, ops.GRUSequence, ops.RNNSequence}


def with_trait(trait: Trait) -> set[type[Op]]:
    return {cls for cls in CLASSES if cls.has(trait)}


@pytest.mark.parametrize("case", cases_with(Trait.EXACT))
def test_exact_operations_give_elements_of_their_inputs_or_bounds(case: Case) -> None:
    given = [np.abs(x.astype(np.float64)).ravel() for x in case.inputs if x is not None]
    bounds = [abs(float(v)) for v in vars_of(case.op) if isinstance(v, int | float)]
    known = np.concatenate([*given, np.array([0.0, *bounds])])
    for array in case.expected()[:1]:  # the second one of MaxPool holds places
        made = np.abs(array.astype(np.float64)).ravel()
        lowest = {np.iinfo(array.dtype).min} if array.dtype.kind == "i" else {-np.inf}
        assert all(np.isnan(v) or v in known or v == np.inf or -v in lowest for v in made)


def vars_of(operation: Op) -> list[Any]:
    return [getattr(operation, field.name) for field in attrs.fields(type(operation))]


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if cls.has(Trait.ROUNDING)], ids=lambda cls: cls.__name__)
def test_half_a_unit_decides_what_rounding_operations_give(cls: type[Op]) -> None:
    """Just below, at and just above a whole number, or the other operand, the results are not all alike."""
    near = [np.float32([x]) for x in (np.nextafter(np.float32(2), np.float32(0)), 2, np.nextafter(np.float32(2), 3))]
    near += [np.float32([x]) for x in (np.float32(2.4999998), 2.5, 2.5000002, -1e-30, 0, 1e-30)]
    other = [] if issubclass(cls, Unary) else [np.float32([2])]
    groups = [[float(outputs(cls(), x, *other)[0][0]) for x in near[k : k + 3]] for k in (0, 3, 6)]
    assert any(max(group) - min(group) >= 1 for group in groups)
