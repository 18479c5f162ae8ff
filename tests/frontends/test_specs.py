from __future__ import annotations

import re

import pytest

from dldt.compiler import dims
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.errors import UsageError
from dldt.compiler.types import DType
from dldt.frontends.engine.input_spec import InputSpec, parse_input_shapes, parse_inputs
from dldt.frontends.engine.symbols import Symbols
from dldt.frontends.layout import InputLayout, parse_layout
from dldt.frontends.mean_scale import parse_mean_scale

INPUTS = [
    ("x", {"x": InputSpec()}),
    ("x[1,3,640,640]", {"x": InputSpec((1, 3, 640, 640))}),
    ("x[1 3 640 640]", {"x": InputSpec((1, 3, 640, 640))}),
    ("x[0,0..8]", {"x": InputSpec((0, (0, 8)))}),
    ("x[N,3,?,1..8]{f32}", {"x": InputSpec(("N", 3, None, (1, 8)), DType.f32)}),
    ("x[-1, 2.., ..9]", {"x": InputSpec((None, (2, None), (0, 9)))}),
    ("a[1,2],b", {"a": InputSpec((1, 2)), "b": InputSpec()}),
    ("b,a[1,2]{i64}", {"b": InputSpec(), "a": InputSpec((1, 2), DType.i64)}),
    ("sr->16000", {"sr": InputSpec(value=16000)}),
    ("sr[]{i64}->16000", {"sr": InputSpec((), DType.i64, 16000)}),
    ("p->0.5,q->true,r->False", {"p": InputSpec(value=0.5), "q": InputSpec(value=True), "r": InputSpec(value=False)}),
    ("v->[1,2,3],w[2]->[1 2]", {"v": InputSpec(value=(1, 2, 3)), "w": InputSpec((2,), value=(1, 2))}),
    ("node:0[1],1:node", {"node:0": InputSpec((1,)), "1:node": InputSpec()}),
    ('x["batch size",N]', {"x": InputSpec(("batch size", "N"))}),
    ('x["a],[\\"b" "2*N" "" "?"],y[1]', {"x": InputSpec(('a],["b', "2*N", "", "?")), "y": InputSpec((1,))}),
    ("a/b.c:d[batch_size,4]{FP16}", {"a/b.c:d": InputSpec(("batch_size", 4), DType.f16)}),
]


@pytest.mark.parametrize(("text", "specs"), INPUTS, ids=[t for t, _ in INPUTS])
def test_input_text(text, specs):
    found = parse_inputs(text)
    assert found == specs
    assert list(found) == list(specs)


BAD_INPUTS = [
    ("x[1,3", "a bracket is not closed in 'x[1,3'"),
    ("x]1", "unbalanced bracket ']' at position 2"),
    ("x,,y", "nothing stands between two commas"),
    ("", "nothing stands between two commas, or at an end, of ''"),
    ("[1,3]", "cannot read '[1,3]': expected name, name[dims]"),
    ("x[1]y", "cannot read 'x[1]y'"),
    ("x[99999999999999]", "a dimension of 99999999999999 is out of range: 0 to 2**40, or -1 for a free one"),
    ("x[-2]", "'-2' is not a dimension: give a number, a name, a range such as 1..8, or ?"),
    ("x[1.5]", "'1.5' is not a dimension"),
    ('x["a\\q"]', "is not a name: what stands between the quotes must be a string as in JSON"),
    ("x[8..1]", "the range 8..1 is empty or reaches below 0"),
    ("x{f31}", "element type 'f31' is not known (f64, f32,"),
    ("x->", "'' is not a value: give a number"),
    ("x->abc", "'abc' is not a value: give a number, true, false, or a list [a,b,…]"),
    ("x,x", "input 'x' is given twice"),
    ("x" * 70000, "the text is too long (70000 characters)"),
]


@pytest.mark.parametrize(("text", "message"), BAD_INPUTS, ids=[m for _, m in BAD_INPUTS])
def test_input_text_that_is_refused(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_inputs(text)


def test_shapes_in_order():
    assert parse_input_shapes("[1,3,224,224],(2,4)") == [(1, 3, 224, 224), (2, 4)]
    assert parse_input_shapes("[N ? 4]") == [("N", None, 4)]
    with pytest.raises(UsageError, match=re.escape("cannot read shape '1': expected [d,d,…]")):
        parse_input_shapes("(1,2),1")


@pytest.mark.parametrize("dim", [True, 1.5, [1], "a b", (-1, 3), -2], ids=str)
def test_dims_from_python_are_checked(dim):
    with pytest.raises(UsageError):
        InputSpec.of([dim])


def test_shape_from_python_is_a_sequence():
    with pytest.raises(UsageError, match="an input's shape is a sequence of dims, not 3"):
        InputSpec.of(3)
    with pytest.raises(UsageError, match="not '1,3'"):
        InputSpec.of("1,3")
    assert InputSpec.of([1, "?", -1, None, "2..3", (2, 3), "N"]).shape == (1, None, None, None, (2, 3), (2, 3), "N")


def test_dims_of_a_spec_are_symbols_with_bounds():
    names = Symbols()
    found = InputSpec.of([4, "N", "N", None, (2, 8), (5, 5)]).dims("x", names)
    assert [str(dim) for dim in found] == ["4", "N", "N", "x_3", "x_4", "5"]
    assert (dims.minimum_of(found[4]), dims.maximum_of(found[4])) == (2, 8)


def test_symbols_are_distinct_and_read_back():
    names = Symbols()
    wanted = ["a.b", "a_b", "a b", "1", "", "lambda", "max", "é", "N" * 100]
    found = [str(names.named(name)) for name in wanted]
    assert len(set(found)) == len(wanted)
    assert str(names.named("a b")) == found[2]
    for name, text in zip(wanted, found, strict=True):
        assert str(parse_dim(text)) == text
        assert parse_dim(text) == dims.symbol(name)


MEANS = [
    ("(1,2,3)", [(1.0, 2.0, 3.0)]),
    ("[1 2 3],[4]", [(1.0, 2.0, 3.0), (4.0,)]),
    ("x[0.5,.5,1e-1],y(2)", {"x": (0.5, 0.5, 0.1), "y": (2.0,)}),
]


@pytest.mark.parametrize(("text", "values"), MEANS, ids=[t for t, _ in MEANS])
def test_mean_and_scale_text(text, values):
    assert parse_mean_scale(text) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3", "cannot read '1': expected (r,g,b) or name(r,g,b)"),
        ("x()", "'x()' has no numbers"),
        ("(a,b)", "'a' is not a number"),
        ("(nan)", "'nan' is not a finite number"),
        ("x(1),x(2)", "values for 'x' are given twice"),
        ("x(1),(2)", "either all values are given by name, or none of them"),
    ],
)
def test_mean_and_scale_text_that_is_refused(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_mean_scale(text)


def test_layout_text():
    assert parse_layout("NCHW") == {"": InputLayout("nchw", "nchw")}
    assert parse_layout("x(nhwc)") == {"x": InputLayout("nhwc", "nhwc")}
    assert parse_layout("x(nhwc->nchw), y(n?)") == {"x": InputLayout("nhwc", "nchw"), "y": InputLayout("n?", "n?")}
    assert InputLayout.parse("nhwc->nchw").order == (0, 2, 3, 1)
    assert (InputLayout.parse("nhwc").channel, InputLayout.parse("n?").channel) == (3, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nhwc->nch", "both sides must have the same letters"),
        ("nn", "'nn' is not a layout: write one letter an axis"),
        ("1", "is not a layout"),
        ("n?->?n", "both sides must have the same letters"),
        ("nchw,nhwc", "name the inputs: x(nchw),y(nc)"),
        ("x(nc),x(nc)", "the layout of 'x' is given twice"),
        ("x(nc),nc", "either all layouts are given by name"),
    ],
)
def test_layout_text_that_is_refused(text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_layout(text)
