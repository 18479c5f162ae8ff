"""The reference interpreter: runs a graph through each operation's own ``evaluate``, in numpy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dldt.compiler import dims
from dldt.compiler.errors import InternalError, ShapeError, UsageError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.control import If
from dldt.compiler.ops.core import Parameter, Result
from dldt.compiler.types import Array, DType, TensorType


def interpret(graph: Graph, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The graph's outputs by name, for ``inputs`` by name. Inputs have the declared element types and shapes; a
    symbolic dim takes any size, but the same one wherever its name stands. Slow: the tests compare with it."""
    names = [value.node.name for value in graph.inputs]
    unknown = sorted(set(inputs) - set(names))
    if unknown:
        raise UsageError(f"there is no input {unknown[0]!r}; the inputs are {', '.join(map(repr, names))}")
    missing = [name for name in names if name not in inputs]
    if missing:
        raise UsageError(f"input {missing[0]!r} is not given")
    arrays = [np.asarray(inputs[name]) for name in names]
    _check_inputs(names, [value.type for value in graph.inputs], arrays)
    return dict(zip([node.name for node in graph.outputs], run(graph, arrays), strict=True))


def run(graph: Graph, inputs: Sequence[Array]) -> list[Array]:
    """The outputs in order for the inputs in order; a value is dropped after its last use."""
    values: dict[Value, Array] = dict(zip(graph.inputs, inputs, strict=True))
    outputs: dict[int, Array] = {}
    order = graph.order()
    left = Counter(value for node in order for value in node.inputs if value is not None)
    for node in order:
        if isinstance(node.op, Parameter):
            continue
        arguments = [None if value is None else values[value] for value in node.inputs]
        results = _evaluate(node, arguments)
        if isinstance(node.op, Result):
            outputs[node.id] = results[0]
        else:
            values.update((v, x) for v, x in zip(node.outputs, results, strict=True) if left[v])
        for value in node.inputs:
            _drop(values, left, value)
    return [outputs[node.id] for node in graph.outputs]


def _evaluate(node: Node, arguments: list[Array | None]) -> list[Array]:
    op = node.op
    if isinstance(op, If):
        cond, *captures = (x for x in arguments if x is not None)
        body = op.choose(cond)
        assert isinstance(body, Graph)
        results = run(body, captures)
    else:
        made = op.evaluate(*arguments)
        results = [np.asarray(x) for x in (made if isinstance(made, tuple) else (made,))]
    for result, t in zip(results, node.types, strict=True):
        if result.dtype != t.dtype.numpy or result.ndim != t.rank:
            raise InternalError(f"{node} evaluates to {result.dtype}{list(result.shape)}, its type is {t}")
    return results


def _drop(values: dict[Value, Array], left: Counter[Value], value: Value | None) -> None:
    if value is None:
        return
    left[value] -= 1
    if left[value] == 0:
        values.pop(value, None)


def _check_inputs(names: list[str], types: list[TensorType], arrays: list[Array]) -> None:
    """UsageError unless the arrays have the declared types and shapes, symbols bound to one size each."""
    bound: dict[dims.Symbol, int] = {}
    for name, t, array in zip(names, types, arrays, strict=True):
        if DType.of(array.dtype) is not t.dtype:
            raise UsageError(f"input {name!r} takes {t.dtype}, {array.dtype} is given")
        if array.ndim != t.rank:
            raise UsageError(f"input {name!r} takes {t}, an array of shape {list(array.shape)} is given")
        for dim, size in zip(t.shape, array.shape, strict=True):
            for symbol in dims.symbols(dim):
                if dim == symbol.dim:
                    bound.setdefault(symbol, size)
    for name, t, array in zip(names, types, arrays, strict=True):
        try:
            wanted = tuple(dims.evaluate(dim, bound) for dim in t.shape)
        except ShapeError as error:
            raise UsageError(f"input {name!r}: {error}") from error
        if wanted != array.shape:
            raise UsageError(f"input {name!r} takes {t}, an array of shape {list(array.shape)} is given")
