"""The engine: patterns, the worklist, names, types, the loop guard, sub-graphs."""

from __future__ import annotations

import re

import attrs
import numpy as np
import pytest

from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops import Abs, Add, Clamp, Concat, Convert, If, Multiply, ReLU, Sigmoid, Split, Subtract
from dldt.compiler.types import Array, DType, TensorType
from dldt.passes.base import PASSES, Pass, transform
from dldt.passes.manager import run_pipeline
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node, number
from dldt.passes.pipeline import Pipeline
from dldt.passes.rewrite import Rewrite
from tests.passes.check import f32, graph_of, i64, text

X = f32(2, 3)


@pytest.fixture(autouse=True)
def _own_passes_only():
    """Passes that tests define leave no trace in the registry."""
    known = dict(PASSES)
    yield
    PASSES.clear()
    PASSES.update(known)


def found(pattern, build):
    """All ways in which the pattern fits the one output, as {name: text}."""
    graph = graph_of(build)
    (value,) = graph.output_values
    return [
        {name: "constant" if v.constant is not None else v.node.name for name, v in captures.items()}
        for captures in pattern.search(value, {})
    ]


def test_inputs_of_a_commutative_operation_fit_either_way():
    pattern = node(Add, anything("x"), constant("c"))
    assert found(pattern, lambda g: Add()(g.parameter("x", X), 1.0)) == [{"x": "x", "c": "constant"}]
    assert found(pattern, lambda g: Add()(g.constant(np.float32(1)), g.parameter("x", X))) == [
        {"x": "x", "c": "constant"}
    ]


def test_inputs_of_other_operations_fit_in_their_order():
    pattern = node(Subtract, anything("x"), constant("c"))
    assert found(pattern, lambda g: Subtract()(g.constant(np.float32(1)), g.parameter("x", X))) == []


def test_a_name_used_twice_must_be_one_value():
    pattern = node(Multiply, anything("x"), node(Sigmoid, anything("x")))

    def build(g, same):
        x, z = g.parameter("x", X), g.parameter("z", X)
        return Multiply()(Sigmoid()(x), x if same else z)

    assert len(found(pattern, lambda g: build(g, True))) == 1
    assert found(pattern, lambda g: build(g, False)) == []


def test_single_asks_for_one_reader():
    pattern = node(ReLU, node(Abs, anything("x"), single=True))
    graph = Graph()
    inner = Abs()(graph.parameter("x", X))
    outer = ReLU()(inner)
    assert len(list(pattern.search(outer, {}))) == 1
    Sigmoid()(inner)
    assert list(pattern.search(outer, {})) == []


def test_alternatives_are_tried_in_order():
    pattern = either(node(ReLU, anything("a")), node((ReLU, Abs), anything("b")))
    assert found(pattern, lambda g: ReLU()(g.parameter("x", X))) == [{"a": "x"}, {"b": "x"}]
    assert pattern.depth == 1
    assert pattern.roots == (ReLU, ReLU, Abs)


@pytest.mark.parametrize(
    ("value", "fits"), [(0.5, True), ([0.5, 0.5], True), (0.500001, True), (0.501, False), ([], False)]
)
def test_number_asks_for_every_element(value, fits):
    graph = Graph()
    assert bool(list(number(0.5).search(graph.constant(np.array(value, np.float32)), {}))) is fits


def test_the_root_of_several_outputs_keeps_its_unused_ones_free():
    pattern = node(Split, anything("x"), anything())
    assert found(pattern, lambda g: Split(num_splits=3).all(g.parameter("x", X), i64(1)[0])[0]) == [{"x": "x"}]


# ---- the record of a match


@attrs.frozen
class _Operand(Match):
    x: Value


@attrs.frozen
class _NamedAbs(Match):
    x: Value
    abs: Value


@attrs.frozen
class _Abs(Match):
    abs: Value


@attrs.frozen
class _Halves(Match):
    x: Value
    axis: Value


@attrs.frozen
class _Scaled(Match):
    x: Value
    scale: Array
    shift: Array | None = None


PRODUCT = node(Multiply, anything("x"), constant("scale"))
SCALED = either(node(Add, PRODUCT, constant("shift")), PRODUCT)


def test_captures_are_fields_and_constants_their_arrays():
    seen = []

    class Look(Rewrite[_Scaled]):
        pattern = SCALED
        name = "look"

        def rewrite(self, match):
            seen.append(match)

    graph = graph_of(lambda g: Add()(Multiply()(2.0, g.parameter("x", X)), g.constant(np.float32(3))))
    Look().apply(graph)
    assert seen[-1].root == graph.output_values[0]
    assert {match.x.name for match in seen} == {"x"}
    assert [match.scale.tolist() for match in seen] == [2.0, 2.0]
    assert sorted(str(match.shift) for match in seen) == ["3.0", "None"]


@pytest.mark.parametrize(
    ("record", "pattern", "message"),
    [
        (_Operand, node(ReLU, anything("y")), "the pattern captures 'y', _Operand has no such field"),
        (_NamedAbs, node(ReLU, anything("x")), "_NamedAbs.abs is not captured by the pattern"),
        (_Operand, node(ReLU, constant("x")), "_Operand.x must be Array, as the pattern captures it"),
        (_Operand, either(node(Abs), node(ReLU, anything("x"))), "_Operand.x must be Value | None, as the pattern "),
        (_Scaled, node(Add, PRODUCT, constant("shift")), "_Scaled.shift must be Array, as the pattern captures it"),
        (_Scaled, node(Add, PRODUCT, anything("shift")), "_Scaled.shift must be Value, as the pattern captures it"),
        (Match, node(ReLU, anything(), name="y"), "the pattern captures 'y', Match has no such field"),
    ],
)
def test_fields_that_the_pattern_does_not_fill_are_refused_when_the_class_is_made(record, pattern, message):
    with pytest.raises(RuntimeError, match=re.escape(f"rewrite Odd: {message}")):
        type("Odd", (Rewrite,), {"pattern": pattern, "__orig_bases__": (Rewrite[record],)})


# ---- rewriting


def abs_twice() -> Rewrite[_Operand]:
    @transform
    class DropAbs(Rewrite[_Operand]):
        """Abs(Abs(x)) → Abs(x)"""

        pattern = node(Abs, node(Abs, anything("x")))

        def rewrite(self, match):
            return Abs()(match.x)

    return DropAbs()


def test_a_rewrite_goes_on_until_no_match_is_left():
    graph = graph_of(lambda g: Abs()(Abs()(Abs()(Abs()(g.parameter("x", X))))))
    assert abs_twice().apply(graph) == 3
    assert text(graph) == "Abs(x)"


def test_names_move_to_the_new_producer_and_the_old_nodes_go():
    graph = Graph()
    value = Abs()(Abs()(graph.parameter("x", X), name="inner"), name="outer")
    graph.rename(value, ("tensor",))
    graph.result(value, "result")
    abs_twice().apply(graph)
    (made,) = graph.output_values
    assert (made.names, made.node.name) == (("tensor",), "outer")
    assert graph.outputs[0].name == "result"
    assert len(graph) == 3


def test_a_value_that_was_there_keeps_its_own_name():
    @transform
    class DropSigmoid(Rewrite[_Operand]):
        """Sigmoid(x) → x"""

        pattern = node(Sigmoid, anything("x"))

        def rewrite(self, match):
            return match.x

    graph = Graph()
    graph.result(Sigmoid()(ReLU()(graph.parameter("x", X), name="relu"), name="sigmoid"), "y")
    DropSigmoid().apply(graph)
    assert graph.output_values[0].node.name == "relu"


def test_a_name_that_nobody_gave_gives_way():
    @transform
    class NameIt(Rewrite[_NamedAbs]):
        """Sigmoid(Abs(x)) → ReLU(x) under the name of Abs"""

        pattern = node(Sigmoid, node(Abs, anything("x"), name="abs"))

        def rewrite(self, match):
            return ReLU()(match.x, name=match.abs.node.name)

    graph = graph_of(lambda g: Sigmoid()(Abs()(g.parameter("x", X), name="given")))
    NameIt().apply(graph)
    assert graph.output_values[0].node.name == "given"


def test_a_change_of_type_is_refused_with_the_name_of_the_pass():
    @transform
    class WrongType(Rewrite[_Operand]):
        """ReLU(x) → Convert(x)"""

        pattern = node(ReLU, anything("x"))

        def rewrite(self, match):
            return Convert(destination_type=DType.f16)(match.x)

    graph = graph_of(lambda g: ReLU()(g.parameter("x", X), name="act"))
    with pytest.raises(InternalError) as caught:
        WrongType().apply(graph)
    assert str(caught.value) == "pass wrong-type would change the type of ReLU 'act' from f32[2,3] to f16[2,3]"


def test_a_rewrite_that_feeds_itself_is_stopped():
    @transform
    class Endless(Rewrite[_Operand]):
        """ReLU(x) → ReLU(x)"""

        pattern = node(ReLU, anything("x"))

        def rewrite(self, match):
            return ReLU()(match.x)

    graph = graph_of(lambda g: ReLU()(g.parameter("x", X)))
    with pytest.raises(InternalError, match="pass endless does not come to an end: 1031 rewrites"):
        Endless().apply(graph)


def test_a_declined_match_leaves_nothing_behind():
    @transform
    class Undecided(Rewrite[_Operand]):
        """nothing"""

        pattern = node(ReLU, anything("x"))

        def rewrite(self, match):
            Abs()(Sigmoid()(match.x))
            return

    graph = graph_of(lambda g: ReLU()(g.parameter("x", X)))
    assert Undecided().apply(graph) == 0
    assert len(graph) == 3


def test_a_reader_that_went_makes_single_hold():
    @transform
    class ThroughAbs(Rewrite[_Abs]):
        """ReLU(Abs(x)), Abs read once → Abs(x); Sigmoid(x) of a constant 0 → 0"""

        pattern = either(node(ReLU, node(Abs, name="abs", single=True)), node(Multiply, anything("abs"), number(0)))

        def rewrite(self, match):
            if isinstance(match.root.op, ReLU):
                return match.abs
            return match.graph.constant(np.zeros(match.root.type.static_shape, np.float32))

    def build(g):
        inner = Abs()(g.parameter("x", X))
        return ReLU()(inner), Multiply()(inner, 0.0)

    graph = graph_of(build)
    assert ThroughAbs().apply(graph) == 2
    assert text(graph) == "Abs(x); [2,3]"


def test_several_outputs_are_replaced_together():
    @transform
    class SwapSplit(Rewrite[_Halves]):
        """the two halves of a split of doubled data → doubled twice"""

        pattern = node(Split, anything("x", where=lambda v: not isinstance(v.op, Abs)), anything("axis"))

        def rewrite(self, match):
            return Split(num_splits=2).all(Abs()(match.x), match.axis)

    def build(g):
        a, b = Split(num_splits=2).all(g.parameter("x", f32(2, 4)), i64(1)[0])
        return Concat(axis=1)(b, a)

    graph = graph_of(build)
    assert SwapSplit().apply(graph) == 1
    assert text(graph) == "Concat(Split.1(Abs(x), 1), Split.0(Abs(x), 1))"


# ---- sub-graphs


def _branch(made):
    body = Graph()
    body.result(made(body.parameter("c", X)), "out")
    return body


def test_sub_graphs_are_rewritten_too():
    graph = Graph()
    condition = graph.parameter("condition", TensorType(DType.boolean, ()))
    x = graph.parameter("x", X)
    op = If(_branch(lambda c: Abs()(Abs()(c))), _branch(lambda c: ReLU()(c)))
    graph.result(op(condition, x), "y")
    report = run_pipeline(graph, Pipeline("test", (abs_twice(),)), verify=True)
    assert report.count == 1
    bodies = [text(body) for body in graph.output_values[0].op.bodies]
    assert bodies == ["Abs(c)", "ReLU(c)"]


# ---- size


def test_the_nodes_looked_at_grow_in_proportion_to_the_graph():
    looked = []

    @transform
    class DropDouble(Rewrite[_Operand]):
        """Abs(Abs(x)) → Abs(x)"""

        pattern = node((Abs, Clamp), node(Abs, anything("x")), where=lambda v: looked.append(v.id) is None)

        def rewrite(self, match):
            return Abs()(match.x) if isinstance(match.root.op, Abs) else None

    graph = Graph()
    value = graph.parameter("x", X)
    for i in range(1000):
        value = Clamp(min=0, max=i + 1)(Abs()(Abs()(value)))
    graph.result(value, "y")
    assert DropDouble().apply(graph) == 1000
    assert len(looked) < 8 * 3000


def test_a_pass_without_docstring_is_refused():
    class Silent(Pass):
        def apply(self, graph):
            return 0

    Silent.__doc__ = None
    with pytest.raises(RuntimeError, match="pass silent has no docstring: draw before → after"):
        transform(Silent)


def test_a_copy_has_sub_graphs_of_its_own():
    graph = Graph()
    op = If(_branch(lambda c: Abs()(Abs()(c))), _branch(lambda c: ReLU()(c)))
    graph.result(op(graph.parameter("condition", TensorType(DType.boolean, ())), graph.parameter("x", X)), "y")
    run_pipeline(graph.copy(), Pipeline("test", (abs_twice(),)))
    assert text(graph.output_values[0].op.bodies[0]) == "Abs(Abs(c))"
