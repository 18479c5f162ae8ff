"""Recurrent layers in native code give what their definition gives: directions, lengths, free dims, every level."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.recurrence.plan import LoopPlan, rows_together
from dldt.codegen.pipeline import assemble
from dldt.codegen.plan.recurrent import expand_sequences
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ops.recurrent_activation import ACTIVATIONS
from dldt.compiler.types import DType, TensorType
from tests.codegen.native import check, run_native
from tests.ops.case import Case, normal

INPUT = 5
LAYERS = {
    "lstm": (lambda size, **more: ops.LSTMSequence(size, **more), 4, 4, 2),
    "gru": (lambda size, **more: ops.GRUSequence(size, **more), 3, 3, 1),
    "rnn": (lambda size, **more: ops.RNNSequence(size, **more), 1, 1, 1),
    "gru-before-reset": (lambda size, **more: ops.GRUSequence(size, linear_before_reset=True, **more), 3, 4, 1),
}


def layer(name, size, batch=3, steps=4, lengths=None, direction="forward", **more):
    """A case whose weights are constants, as are the lengths where they are not given."""
    make, gates, biases, states = LAYERS[name]
    d = 2 if direction == "bidirectional" else 1
    weights = (
        normal(d, gates * size, INPUT, seed=5),
        normal(d, gates * size, size, seed=6, scale=size**-0.5),
        normal(d, biases * size, seed=7),
    )
    known = np.full(batch, steps) if lengths is None else np.array(lengths)
    start = tuple(normal(batch, d, size, seed=1 + k) for k in range(states))
    inputs = (normal(batch, steps, INPUT), *start, known, *weights)
    fixed = {k for k in range(2 + states, 5 + states)} | ({1 + states} if lengths is None else set())
    return Case(make(size, direction=direction, **more), inputs, name, frozenset(fixed), tolerance=1e-5)


def graph_of(case, free=False):
    graph, feeds, values = Graph("layer"), {}, []
    for k, array in enumerate(case.inputs):
        if k in case.constant_inputs:
            values.append(graph.constant(array))
            continue
        shape = array.shape
        if free:
            shape = (symbol("N"), *((symbol("T"),) if k == 0 else ()), *shape[2 if k == 0 else 1 :])
        values.append(graph.parameter(f"x{k}", TensorType(DType.of(array.dtype), shape)))
        feeds[f"x{k}"] = array
    for k, value in enumerate(case.op.all(*values)):
        graph.result(value, f"{case.id}/y{k}")
    return graph, feeds


def run(case, folder, level="host", free=False, threads=1):
    graph, feeds = graph_of(case, free)
    expected = {f"{case.id}/y{k}": y for k, y in enumerate(case.expected())}
    check([case], run_native(graph, feeds, resolve_target(level), folder, threads), expected)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, direction, tmp_path):
    run(layer(name, 40, direction=direction), tmp_path, threads=2)


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3"])
@pytest.mark.parametrize("name", LAYERS)
def test_other_levels(name, level, tmp_path):
    run(layer(name, 21), tmp_path, level)


@pytest.mark.parametrize("size", [1, 3, 16, 32, 33, 64])
@pytest.mark.parametrize("name", LAYERS)
def test_sizes(name, size, tmp_path):
    run(layer(name, size, batch=1, steps=3), tmp_path)


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3", "host"])
@pytest.mark.parametrize("batch", [2, 7, 8])
@pytest.mark.parametrize("name", LAYERS)
def test_sequences_side_by_side(name, batch, level, tmp_path):
    """Several share each vector of weights; the last group may be smaller."""
    run(layer(name, 20, batch, direction="bidirectional"), tmp_path, level, threads=2)


@pytest.mark.parametrize(
    ("batch", "rows"), [(1, 1), (2, 2), (6, 6), (7, 4), (8, 4), (13, 5), (symbol("N"), 1)], ids=str
)
def test_how_many_go_side_by_side(batch, rows):
    assert rows_together(batch, TARGETS["x86-64-v4"], ragged=False) == rows
    assert rows_together(batch, TARGETS["x86-64-v4"], ragged=True) == 1


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
@pytest.mark.parametrize("dtype", ["i4", "i8"])
@pytest.mark.parametrize("name", LAYERS)
def test_lengths(name, dtype, direction, tmp_path):
    """What lies behind the end of a sequence is zeros; the last state is the state at its end."""
    run(layer(name, 18, lengths=np.array([2, 4, 0], dtype), direction=direction), tmp_path)


def test_lengths_beyond_the_steps_stay_inside(tmp_path):
    """Data cannot make a kernel leave its memory: too long is all steps, negative is none."""
    case = layer("lstm", 18, lengths=[9, -3, 4])
    graph, feeds = graph_of(case)
    got = run_native(graph, feeds, resolve_target("host"), tmp_path)
    honest = layer("lstm", 18, lengths=[4, 0, 4])
    check([honest], got, {f"lstm/y{k}": y for k, y in enumerate(honest.expected())})


@pytest.mark.parametrize("name", LAYERS)
def test_free_dims(name, tmp_path):
    for batch, steps in ((1, 1), (3, 4), (2, 9)):
        run(layer(name, 20, batch, steps, lengths=[steps] * batch), tmp_path, free=True)


@pytest.mark.parametrize(
    "more", [{"clip": 0.4}, {"activations": ("relu", "sigmoid", "relu"), "clip": 2.0}], ids=["clip", "activations"]
)
def test_attributes(more, tmp_path):
    run(layer("lstm", 20, **more), tmp_path)


@pytest.mark.parametrize("level", ["x86-64-v3", "host"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_activation(level, dtype, tmp_path):
    """All in one model: the first of a plain layer, and each in an LSTM, which clips its gates before."""
    graph, feeds, expected, cases = Graph("activations"), {}, {}, []
    for number, name in enumerate(sorted(ACTIVATIONS)):
        for kind, names in (("rnn", (name,)), ("lstm", (name, "tanh", name))):
            parameters = {"activations_alpha": (0.3,) * 3, "activations_beta": (0.6,) * 3}
            case = layer(kind, 20, activations=names, clip=0.9 if kind == "lstm" else 0.0, **parameters)
            case = case if dtype is np.float32 else converted(case, dtype)
            values = []
            for k, array in enumerate(case.inputs):
                known = k in case.constant_inputs
                own = f"{kind}{number}/x{k}"
                values.append(graph.constant(array) if known else graph.parameter(own, type_of(array)))
                feeds |= {} if known else {own: array}
            outputs = zip(case.op.all(*values), case.expected(), strict=True)
            cases.append(attrs.evolve(case, id=f"{kind}{number}"))
            for k, (value, array) in enumerate(outputs):
                graph.result(value, f"{kind}{number}/y{k}")
                expected[f"{kind}{number}/y{k}"] = array
    check(cases, run_native(graph, feeds, resolve_target(level), tmp_path), expected)


def type_of(array):
    return TensorType(DType.of(array.dtype), array.shape)


def test_inputs_of_all_steps_are_one_product():
    kernels = assemble(graph_of(layer("lstm", 32))[0], resolve_target("x86-64-v4")).calls.kernels
    assert [k.implementation.algorithm.split("_")[0] for k in kernels] == ["conv", "lstm", "loops", "loops", "loops"]


def test_packed_weights():
    """Two lanes, three units: gates side by side for a vector of units, the last vector filled up with zeros."""
    plan = LoopPlan(3, 3, 2, reset_first=False, together=8)
    weights = np.arange(27, dtype=np.float32).reshape(1, 9, 3)
    packed = np.concatenate([np.frombuffer(part, np.float32) for part in plan.pack(weights)])
    first = [[0, 3, 6, 0, 9, 12, 15, 0, 18, 21, 24, 0], [1, 4, 7, 0, 10, 13, 16, 0, 19, 22, 25, 0]]
    np.testing.assert_array_equal(packed[:24], np.ravel(first))
    assert packed.size == plan.direction_size == 3 * 4 * 3


def computed(case, kinds=3):
    """The case with weights that are inputs of the model: the last ``kinds`` of them."""
    last = len(case.inputs)
    return attrs.evolve(case, constant_inputs=case.constant_inputs - set(range(last - kinds, last)))


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
@pytest.mark.parametrize("size", [7, 40])
@pytest.mark.parametrize("name", LAYERS)
def test_computed_weights(name, size, direction, tmp_path):
    """They are packed while the model runs."""
    run(computed(layer(name, size, direction=direction)), tmp_path, threads=2)


@pytest.mark.parametrize("kinds", [1, 2])
@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3"])
@pytest.mark.parametrize("name", LAYERS)
def test_some_weights_are_computed(name, level, kinds, tmp_path):
    run(computed(layer(name, 21, batch=1), kinds), tmp_path, level)


def test_computed_weights_of_sequences_of_several_lengths(tmp_path):
    run(computed(layer("lstm", 20, lengths=[2, 4, 1])), tmp_path)


def converted(case, dtype, tolerance=1e-14):
    """The case in another type of numbers."""
    inputs = tuple(x.astype(dtype) if x.dtype == np.float32 else x for x in case.inputs)
    return attrs.evolve(case, inputs=inputs, tolerance=tolerance)


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3", "host"])
@pytest.mark.parametrize("name", LAYERS)
def test_doubles(name, level, direction, tmp_path):
    run(converted(layer(name, 21, batch=4, direction=direction), np.float64), tmp_path, level, threads=2)


@pytest.mark.parametrize("name", LAYERS)
def test_doubles_of_free_dims_and_computed_weights(name, tmp_path):
    run(converted(computed(layer(name, 11, 2, 3, lengths=[3, 2])), np.float64), tmp_path)
    run(converted(layer(name, 11, 2, 3, lengths=[3, 2]), np.float64), tmp_path, free=True)


def test_weights_of_other_types_are_refused():
    case = converted(layer("lstm", 4), np.float16)
    graph = Graph()
    values = [graph.constant(x) for x in case.inputs]
    values[0] = graph.parameter("x", type_of(case.inputs[0]))
    graph.result(case.op(*values), "y")
    with pytest.raises(UnsupportedError, match=r"LSTMSequence \(node '.*'\) has f16 weights: native code is made"):
        expand_sequences(graph, resolve_target("host"))
