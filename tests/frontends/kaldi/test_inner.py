"""The operations that the two forms of a network are made of, each alone beside its formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops import register
from tests.codegen.native import run_native
from tests.frontends.kaldi.inner_cases import INNER


def imported(*nodes, shapes, outputs, effects=()):
    """The graph of records whose inputs have these shapes."""
    register()
    inputs = {name: DeclaredType(DType.f32, shape) for name, shape in shapes.items()}
    record = GraphRecord("inner", nodes, inputs, outputs, effects=effects)
    return import_model(ModelRecord(KALDI, Path("inner.raw"), record), {})


def close(got, wanted):
    wanted = np.asarray(wanted)
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", INNER, ids=lambda case: case.kind)
def test_operations_are_their_formulas(case):
    feeds = {f"x{i}": array for i, array in enumerate(case.inputs)}
    given = {k: TensorRecord.of(v) if isinstance(v, np.ndarray) else v for k, v in case.attributes.items()}
    node = NodeRecord(case.kind, "node", tuple(feeds), ("y",), given)
    graph = imported(node, shapes={name: array.shape for name, array in feeds.items()}, outputs=("y",))
    (got,) = interpret(graph, feeds).values()
    close(got, case.formula(*(array.astype(np.float64) for array in case.inputs)))


def test_native_operations_are_their_formulas(tmp_path):
    """All of them in one graph."""
    feeds, nodes = {}, []
    for number, case in enumerate(INNER):
        own = {f"x{number}_{i}": array for i, array in enumerate(case.inputs)}
        given = {k: TensorRecord.of(v) if isinstance(v, np.ndarray) else v for k, v in case.attributes.items()}
        nodes.append(NodeRecord(case.kind, f"node{number}", tuple(own), (f"y{number}",), given))
        feeds |= own
    shapes = {name: array.shape for name, array in feeds.items()}
    graph = imported(*nodes, shapes=shapes, outputs=tuple(node.outputs[0] for node in nodes))
    found = run_native(graph, feeds, TARGETS["x86-64-v3"], tmp_path)
    for got, case in zip(found.values(), INNER, strict=True):
        close(got, case.formula(*(array.astype(np.float64) for array in case.inputs)))


def test_a_state_holds_what_was_written_in_the_call_before():
    nodes = (
        NodeRecord("ReadState", "read", (), ("before",), {"variable": "v", "frames": 2, "width": 3}),
        NodeRecord("Sum", "sum", ("before", "x"), ("y",)),
        NodeRecord("WriteState", "write", ("y",), ("written",), {"variable": "v"}),
    )
    graph = imported(*nodes, shapes={"x": (2, 3)}, outputs=("y",), effects=("written",))
    total, states, random = np.zeros((2, 3)), {}, np.random.default_rng(2)
    for _ in range(3):
        x = random.standard_normal((2, 3)).astype(np.float32)
        total = total + x
        close(interpret(graph, {"x": x}, states)["y"], total)


@pytest.mark.parametrize("backward", [False, True])
def test_a_recurrence_makes_frame_after_frame(backward):
    """y[t] = 0.5 y[t - 1] + x[t], or of t + 1."""
    kind = DeclaredType(DType.f32, (1, 3))
    halves = NodeRecord("Scale", "half", ("state",), ("half",), {"value": 0.5})
    body = GraphRecord("body", (halves, NodeRecord("Sum", "sum", ("half", "x"), ("y",))), {}, ("y", "y"))
    body.inputs.update({"state": kind, "x": kind})
    attributes = {"states": 1, "backward": backward, "body": body}
    node = NodeRecord("Recurrence", "loop", ("first", "frames"), ("last", "all"), attributes)
    graph = imported(node, shapes={"first": (1, 3), "frames": (5, 3)}, outputs=("last", "all"))
    random = np.random.default_rng(3)
    first, x = random.standard_normal((1, 3)).astype(np.float32), random.standard_normal((5, 3)).astype(np.float32)
    wanted, y = np.zeros((5, 3)), first[0].astype(np.float64)
    for t in reversed(range(5)) if backward else range(5):
        y = wanted[t] = 0.5 * y + x[t]
    got = interpret(graph, {"first": first, "frames": x})
    close(got["all"], wanted)
    close(got["last"], y[None])
