"""--explain: what a pattern asked, what it found, and why a rewrite did not fire."""

import numpy as np
import pytest

from dldt.compiler.errors import UsageError
from dldt.compiler.ops import Multiply, ReLU, Sigmoid
from dldt.debug.asked import ASKED
from dldt.debug.explain import Explain
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline, parse_pipeline
from dldt.passes.rewrite import Rewrite
from tests.passes.check import f32, graph_of


def explained(build, name, node, passes=None):
    lines = []
    pipeline = parse_pipeline(passes or name)
    graph = graph_of(build)
    run_pipeline(graph, pipeline, observer=Explain(name, node, pipeline, lines.append))
    return "\n".join(lines)


def gated(gate):
    def build(g):
        x = g.parameter("x", f32(4))
        return Multiply()(x, gate()(x, name="gate"), name="product")

    return build


def test_a_rewrite_that_fires_says_what_it_matched():
    told = explained(gated(Sigmoid), "fuse-swish", "product")
    assert "at Multiply 'product'" in told
    assert "finds Sigmoid 'gate' f32[4]: yes" in told
    assert "and the rewrite accepts" in told
    assert told.endswith("the pass was applied here")


def test_a_pattern_that_fails_says_where():
    told = explained(gated(ReLU), "fuse-swish", "product")
    assert "asks for Multiply; finds Multiply 'product' f32[4]: yes" in told
    assert "finds ReLU 'gate' f32[4]: NO: it is another operation" in told
    assert "so the pattern does not match" in told
    assert told.endswith("the pass was not applied here")


def test_a_value_that_others_read_too_is_told_with_its_readers():
    def build(g):
        inner = Multiply()(g.parameter("x", f32(4)), 2.0, name="inner")
        return Multiply()(inner, 3.0, name="outer"), ReLU()(inner, name="other")

    told = explained(build, "fuse-linear", "outer")
    assert "asks for Add or Multiply, read once; finds Multiply 'inner' f32[4]: NO: 2 read it: " in told
    assert "Multiply 'outer', ReLU 'other'" in told


def test_a_rewrite_that_declines_shows_the_line_that_says_so():
    def build(g):
        inner = Multiply()(g.parameter("x", f32(4)), np.float32(1e30), name="inner")
        return Multiply()(inner, np.float32(1e30), name="outer")

    told = explained(build, "fuse-linear", "outer")
    assert "but the rewrite declines:" in told
    assert "fuse_linear.py:" in told
    assert "None" in told.split("declines:")[1]
    assert told.endswith("the pass was not applied here")


def test_a_pass_without_a_pattern_says_what_it_asks():
    told = explained(gated(ReLU), "remove-dead-code", "product")
    assert "asks for a node that no Result and no sink reaches: NO: Result 'y0' is reached from it" in told
    told = explained(gated(ReLU), "fold-constants", "product")
    assert "asks for inputs that are all constants: NO: input 0 is Parameter 'x' f32[4], input 1 is ReLU 'gate'" in told
    assert told.endswith("the pass was not applied here")


def test_a_pass_over_the_whole_graph_says_what_became_of_the_node():
    def build(g):
        x = g.parameter("x", f32(4))
        return Multiply()(ReLU()(x, name="one"), ReLU()(x, name="two"), name="product")

    assert explained(build, "merge-common-subexpressions", "two").endswith("the pass was applied here")
    told = explained(build, "merge-common-subexpressions", "product")
    assert "asks for another Multiply in the graph: NO: it is the only one" in told
    assert "but the node became Multiply 'product' of ReLU 'one', ReLU 'one'" in told


def test_every_pass_without_a_pattern_has_its_questions():
    plain = {item.name for item in default_pipeline().passes if not isinstance(item, Rewrite)}
    assert plain == set(ASKED)


def test_a_node_that_is_not_there_has_its_likes_named():
    told = explained(gated(ReLU), "fuse-swish", "produkt")
    assert "no node is called 'produkt' when the pass begins; close to it: 'product'" in told


def test_an_unknown_pass_is_refused():
    with pytest.raises(UsageError, match=r"--explain 'fuse': no pass has this name; close matches: 'fuse-swish'"):
        Explain("fuse", "x", parse_pipeline("fuse-swish"))
