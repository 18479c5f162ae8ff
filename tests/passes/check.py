"""What the tests of passes share: small graphs as text, and the equivalence test on random input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler import dims
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import Constant, Parameter
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import DType, TensorType
from dldt.passes.base import Pass

Build = Callable[[Graph], Value | tuple[Value, ...]]


def f32(*shape: dims.Dim) -> TensorType:
    return TensorType(DType.f32, shape)


def i64(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def random(*shape: int, seed: int = 0, low: float = -2, high: float = 2) -> np.ndarray:
    return np.random.default_rng(seed + sum(shape)).uniform(low, high, shape).astype(np.float32)


def graph_of(build: Build) -> Graph:
    """The graph whose outputs y0, y1 … are the values that ``build`` returns."""
    graph = Graph()
    made = build(graph)
    for i, value in enumerate(made if isinstance(made, tuple) else (made,)):
        graph.result(value, f"y{i}")
    graph.prune()
    return graph


def expression(value: Value) -> str:
    """The value as nested calls; constants are their shape, or their number where they hold one."""
    op = value.op
    if isinstance(op, Parameter):
        return value.node.name
    if isinstance(op, Constant):
        array = op.value
        if array.size == 1 and array.ndim == 0:
            return f"{array.reshape(()).item():.6g}"
        if array.dtype.kind in "iu" and array.size <= 8:
            return str(array.tolist()).replace(" ", "")
        return str(list(array.shape)).replace(" ", "")
    port = f".{value.port}" if len(value.node.types) > 1 else ""
    arguments = ", ".join("-" if v is None else expression(v) for v in value.inputs)
    return f"{type(op).__name__}{port}({arguments})"


def text(graph: Graph) -> str:
    return "; ".join(expression(value) for value in graph.output_values)


def random_inputs(graph: Graph, seed: int = 7, sizes: dict[str, int] | None = None) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    known = {dims.FreeDim(name): size for name, size in (sizes or {}).items()}
    found = {}
    for value in graph.inputs:
        shape = tuple(evaluate(d, known) for d in value.type.shape)
        dtype = value.type.dtype
        numbers = rng.normal(0, 2, shape) if dtype.is_float else rng.integers(0, 8, shape)
        found[value.node.name] = np.asarray(numbers).astype(dtype.numpy)
    return found


def assert_equivalent(
    before: Graph, after: Graph, tolerance: float = 2e-6, sizes: dict[str, int] | None = None
) -> None:
    """Both graphs give the same outputs, by name, on random input."""
    inputs = random_inputs(before, sizes=sizes)
    expected, got = interpret(before, inputs), interpret(after, inputs)
    assert list(expected) == list(got)
    for name, array in expected.items():
        assert got[name].dtype == array.dtype
        assert got[name].shape == array.shape
        scale = max(1.0, float(np.max(np.abs(array.astype(np.float64)), initial=0)))
        np.testing.assert_allclose(
            got[name].astype(np.float64), array.astype(np.float64), rtol=0, atol=tolerance * scale, err_msg=name
        )


def rewritten(
    item: Pass,
    build: Build,
    count: int | None = None,
    sizes: dict[str, int] | None = None,
    tolerance: float = 2e-6,
) -> str:
    """The text after the pass, which must keep the outputs' values, names and types, and run only once."""
    before = graph_of(build)
    after = before.copy()
    changes = item.apply(after)
    if count is not None:
        assert changes == count
    after.order()
    assert after.prune() == 0, "dead nodes are left"
    assert [v.type for v in after.output_values] == [v.type for v in before.output_values]
    assert_equivalent(before, after, tolerance, sizes)
    assert item.apply(after) == 0, "the pass is not done after one run"
    return text(after)


def declined(item: Pass, build: Build) -> None:
    """The pass leaves the graph alone."""
    graph = graph_of(build)
    before = text(graph)
    nodes = len(graph)
    assert item.apply(graph) == 0
    assert text(graph) == before
    assert len(graph) == nodes, "a declined match left nodes behind"
