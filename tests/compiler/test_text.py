"""The text form: exact text, round trips of what is hard, refusals with the line's number."""

from __future__ import annotations

import contextlib

import ml_dtypes
import numpy as np
import pytest

from dldt.compiler import dims, ops
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.text import constant_table, parse_graph, print_graph
from dldt.compiler.types import DType, TensorType
from dldt.compiler.verify import verify

TEXT = """\
graph "net"
  metadata "made by" = "a \\"test\\""
  symbol T in [2, 128]
  %x f32[N,4,T] = Parameter()
  %"a b" f32[N,4,T] = ReLU(%x) names:0=["t,1", "t2"]
  %axis i64[] = Const(1)
  %split f32[N,2,T], f32[N,2,T] = Split(%"a b", %axis) {num_splits=2}
  %top f32[N,2,T] = SoftMax-8(%split:1) {axis=-1}
  %c boolean[] = Const(true)
  %if f32[N,2,T] = If(%c, %top)
    then_body: graph "then"
      symbol T in [2, 128]
      %p f32[N,2,T] = Parameter()
      %y f32[N,2,T] = Clamp(%p) {min=0.0, max=inf}
      result "r" = %y
    else_body: graph "else"
      symbol T in [2, 128]
      %p f32[N,2,T] = Parameter()
      result "r" = %p
  result "second" = %if
  result "first" = %split"""


def test_text_of_everything_parses_and_prints_the_same_again() -> None:
    graph = parse_graph(TEXT)
    verify(graph)
    assert print_graph(graph) == TEXT
    assert [node.name for node in graph.outputs] == ["second", "first"]
    assert graph.metadata == {"made by": 'a "test"'}
    (relu,) = [node for node in graph.order() if node.op == ops.ReLU()]
    assert relu.outputs[0].names == ("t,1", "t2")
    (symbol,) = [a for dim in graph.inputs[0].type.shape for a in dims.atoms(dim) if str(a) == "T"]
    assert isinstance(symbol, dims.Symbol)
    assert (symbol.lower, symbol.upper) == (2, 128)


def test_sizes_with_names_are_defined_above_the_nodes() -> None:
    """A sum of ninety free dims is a size with a name; its definition is a line of its own."""
    graph = Graph()
    parts = [graph.parameter(f"x{k}", TensorType(DType.f32, (dims.symbol(f"N{k}"),))) for k in range(90)]
    graph.result(ops.ReLU()(ops.Concat(axis=0)(*parts)), "y")
    text = print_graph(graph)
    assert "  size #" in text
    back = parse_graph(text)
    verify(back)
    assert print_graph(back) == text
    assert back.outputs[0].inputs[0].type == graph.outputs[0].inputs[0].type


def test_two_nodes_of_one_name() -> None:
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (2,)))
    y = ops.ReLU()(ops.ReLU()(x, name="x"), name="x#2")
    graph.result(ops.ReLU()(y, name="x"), "x")
    text = print_graph(graph)
    back = parse_graph(text)
    assert print_graph(back) == text
    assert [node.name for node in back.order()] == ["x", "x", "x#2", "x", "x"]


@pytest.mark.parametrize(
    "array",
    [
        np.array([0.1, -0.0, np.inf, -np.inf, 1e-45, 3.4028235e38, 1 / 3], np.float32),
        np.array([np.nan, 2.0], np.float32),
        np.array([0.1, 65504], np.float16),
        np.array([0.1, 3.0], ml_dtypes.bfloat16),
        np.array([[0.1, 1e-320]], np.float64),
        np.array([-(2**63), 2**63 - 1]),
        np.array([0, 2**64 - 1], np.uint64),
        np.array([True, False]),
        np.zeros((0, 3), np.float32),
        np.array(5, np.int8),
        np.linspace(-1, 1, 100, dtype=np.float32).reshape(10, 10),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
@pytest.mark.parametrize("constants", ["digest", "inline"])
def test_constants_come_back_bit_for_bit(array: np.ndarray, constants: str) -> None:
    graph = Graph()
    graph.result(graph.constant(array, "c"), "c")
    back = parse_graph(print_graph(graph, constants=constants), constant_table(graph))
    (value,) = back.output_values
    assert value.constant is not None
    assert (value.constant.dtype, value.constant.shape) == (array.dtype, array.shape)
    assert value.constant.tobytes() == array.tobytes()


def test_large_constants_are_named_by_their_content() -> None:
    graph, other = Graph(), Graph()
    for g, array in ((graph, np.arange(17.0)), (other, np.arange(17.0) + 1)):
        g.result(g.constant(array, "c"), "c")
    assert print_graph(graph) != print_graph(other)
    assert set(constant_table(graph)).isdisjoint(constant_table(other))
    with pytest.raises(InputError, match=r"line 2: constant @[0-9a-f]{16} is not among the constants given"):
        parse_graph(print_graph(graph))


def test_constants_option_is_checked() -> None:
    with pytest.raises(UsageError, match="constants is 'none', must be digest or inline"):
        print_graph(Graph(), constants="none")


HEAD = 'graph "g"\n  %x f32[2] = Parameter()\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text holds no graph"),
        ("hello", "line 1: this line is indented by 0, it belongs to no graph"),
        (HEAD + "  %y f32[2] = Nope(%x)", "line 3: operation Nope is not known (of opset1 to opset16)"),
        (HEAD + "  %y f32[2] = SoftMax(%x)", "line 3: operation SoftMax has the versions [1, 8]: write SoftMax-<n"),
        (HEAD + "  %y f32[2] = SoftMax-3(%x)", "line 3: operation SoftMax-3 is not known"),
        (HEAD + "  %y f32[2] = ReLU(%z)", "line 3: %z is not defined above this line"),
        (HEAD + "  %y f32[2] = ReLU(%x:1)", "line 3: %x has 1 outputs, there is no output 1"),
        (HEAD + "  %y f32[3] = ReLU(%x)", "line 3: 'y' is written as f32[3], it is f32[2]"),
        (HEAD + "  %y f32[2] = ReLU(%x) {a=1}", "line 3: ReLU has no attribute 'a'"),
        (HEAD + "  %y f32[2] = Clamp(%x)", "line 3: Clamp 'y': "),
        (HEAD + "  %y f32[2] = ReLU(%x, %x)", "line 3: ReLU 'y': ReLU takes at most 1 inputs, 2 given"),
        (HEAD + "  %x f32[2] = ReLU(%x)", "line 3: %x is defined twice"),
        (HEAD + "  %y f32[2] = ReLU(%x", "line 3: ',' expected, 'the end of the line' found"),
        (HEAD + "  %y f32[2] ReLU(%x)", "line 3: '=' expected, 'ReLU' found"),
        (HEAD + "  %y f32[2] = ReLU(%x) extra", "line 3: 'extra' is not expected here"),
        (HEAD + "  %y f32[2+] = ReLU(%x)", "line 3: not a dimension: '2+'"),
        (HEAD + "  %y f32[2] = Const(1.0)", "line 3: the elements do not fit f32[2]"),
        (HEAD + "  %y i8[1] = Const(300)", "line 3: the elements do not fit i8[1]: a number is outside i8"),
        (HEAD + "  %y f32[N] = Const(1.0)", "line 3: a constant cannot be of type f32[N]"),
        (HEAD + "  result y = %x", "line 3: 'string' expected, 'y' found"),
        (HEAD + '  result "y" = %x %x', "line 3: 'end' expected, '%x' found"),
        (HEAD + '  result "y" = _', "line 3: a result must have a value"),
        (HEAD + "      %y f32[2] = ReLU(%x)", "line 3: this line is indented by 6, it belongs to no graph"),
        (HEAD + '    then_body: graph "t"', "line 3: Parameter has no sub-graph 'then_body'"),
        (HEAD + 'graph "h"', "line 3: a second graph begins"),
        (HEAD + "  %y f32[2] = ReLU(%x) ?", "line 3: cannot read '?'"),
        (HEAD + "  size #a1 = N+", "line 3: size #a1: not a dimension: 'N+'"),
        (HEAD + "  size #a1 = #b2", "line 3: size #a1: the size #b2 is not defined"),
        (HEAD + "  symbol N in [a, 3]", "line 3: [a, 3] are no bounds of a symbol"),
    ],
)  # fmt: skip
def test_refusals_name_the_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_graph(text)
    assert message in str(caught.value)


def test_nesting_is_bounded() -> None:
    lines = ['graph "g"', "  %c boolean[] = Parameter()"]
    for depth in range(40):
        pad = "    " * depth
        lines += [
            f"{pad}  %i boolean[] = If(%c, %c)",
            f'{pad}    then_body: graph "t"',
            f"{pad}      %c boolean[] = Parameter()",
        ]
    with pytest.raises(InputError, match="graphs are nested deeper than 32"):
        parse_graph("\n".join(lines))


def test_damaged_text_is_refused_or_read() -> None:
    """Cut, doubled and swapped pieces of a text raise nothing but InputError."""
    rng = np.random.default_rng(7)
    for _ in range(400):
        a, b = sorted(rng.integers(0, len(TEXT), 2))
        piece = "".join(rng.permutation(list('%"(){}[]:,=_@#-0 1f32Nx\\\n'))[: rng.integers(0, 5)])
        damaged = TEXT[:a] + piece + TEXT[b if rng.integers(0, 2) else a :]
        with contextlib.suppress(InputError):
            verify(parse_graph(damaged))


LOOP = """\
graph "net"
  %x f32[N,3] = Parameter()
  %trips i64[] = Parameter()
  %go boolean[] = Const(true)
  %loop f32["loop/body:0.0"?,3], f32["loop/body:turns"?,2,3] = Loop(%trips, %go, %x) \
{input_map=(("merged", 2, 1, 1)), output_map=(("last", 1), ("concat", 2, 0, 0, 1, 1, -1)), condition_result=0, \
iteration_parameter=0}
    body: graph "loop/body"
      symbol "loop/body:1.0"? in [0, ...]
      %i i64[] = Parameter()
      %state f32["loop/body:1.0"?,3] = Parameter()
      %more boolean[] = Const(true)
      %longer f32[2*"loop/body:1.0"?,3] = Concat(%state, %state) {axis=0}
      %part f32[1,2,3] = Const(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
      result "more" = %more
      result "longer" = %longer
      result "part" = %part
  result "y" = %loop
  result "parts" = %loop:1"""


def test_a_loop_and_the_dims_that_it_defines() -> None:
    """What a node defines is named after its number, which is counted anew."""
    graph = parse_graph(LOOP)
    verify(graph)
    lines = LOOP.replace("loop/body:0.0", "net:3.0.0").replace("loop/body:turns", "net:3.turns").splitlines()
    lines[1:1] = ['  symbol "net:3.0.0"? in [0, ...]', '  symbol "net:3.turns"? in [0, ...]']
    assert print_graph(graph) == "\n".join(lines)
    assert print_graph(parse_graph(print_graph(graph))) == print_graph(graph)
