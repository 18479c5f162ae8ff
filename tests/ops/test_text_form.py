"""Every case as a graph: it prints, parses back, verifies, and runs to the same result."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.text import constant_table, parse_graph, print_graph
from dldt.compiler.types import Array
from dldt.compiler.verify import verify
from tests.ops.case import Case
from tests.ops.table import all_cases


def build(case: Case) -> tuple[Graph, dict[str, Array]]:
    """The case as a graph with its feeds."""
    graph = Graph(case.id)
    feeds: dict[str, Array] = {}
    inputs: list[Value | None] = []
    for i, (x, t) in enumerate(zip(case.inputs, case.types(), strict=True)):
        if x is None or t is None:
            inputs.append(None)
        elif i in case.constant_inputs:
            inputs.append(graph.constant(x))
        else:
            inputs.append(graph.parameter(f"x{i}", t))
            feeds[f"x{i}"] = x
    for i, value in enumerate(graph.add(case.op, inputs, name="op")):
        graph.result(value, f"y{i}")
    return graph, feeds


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_text_form_round_trip(case: Case) -> None:
    graph, feeds = build(case)
    text = print_graph(graph)
    back = parse_graph(text, constant_table(graph))
    assert print_graph(back) == text
    verify(back)
    (node,) = [node for node in back.order() if node.name == "op"]
    assert node.op == case.op
    assert [value.type for value in back.output_values] == [value.type for value in graph.output_values]
    results = interpret(back, feeds)
    for i, expected in enumerate(case.expected()):
        np.testing.assert_array_equal(results[f"y{i}"], expected)
