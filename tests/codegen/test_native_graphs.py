"""Small models in which memory is shared in every way that the planner knows: native code against the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load

RANDOM = np.random.default_rng(6)


def numbers(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def image(graph, *shape, name="x"):
    return graph.parameter(name, TensorType(DType.f32, shape))


def convolved(x, outputs, size=3):
    pad = (size // 2,) * 2
    channels = x.type.shape[1]
    filters = numbers(outputs, channels, size, size) / np.float32(np.sqrt(channels) * size)
    return ops.Convolution((1, 1), pad, pad, (1, 1))(x, filters)


def product_before_convolution(channels):
    """The product's last dim is no multiple of a block; its channels lie in blocks for the convolution."""
    graph = Graph("product")
    x = image(graph, 2, channels, 5, 8)
    graph.result(convolved(ops.MatMul(False, True)(x, numbers(20, 8)), 9), "y")
    return graph


def product_read_in_two_orders():
    """The pairs of a product, and the same pairs with their parts exchanged: it is not stored in one order."""
    graph = Graph("pairs")
    product = ops.MatMul()(graph.parameter("x", TensorType(DType.f32, (5, 8))), numbers(8, 6))
    pairs = ops.Reshape(True)(product, np.array([0, -1, 2]))
    graph.result(ops.Add()(pairs, ops.Gather()(pairs, np.array([1, 0]), np.array(-1))), "y")
    return graph


def part_before_the_size_of_the_whole():
    """Rows that are joined with as many as the data tell; these are counted by the rows, so that they are made before
    there is memory for the whole."""
    graph, zero = Graph("part"), np.array(0)
    rows = ops.Abs()(graph.parameter("x", TensorType(DType.i64, (3,))))
    places = ops.Minimum()(rows, np.array(5))
    counts = ops.ScatterElementsUpdate("sum")(graph.constant(np.zeros(6, int)), places, np.ones(3, int), zero)
    missing = ops.Squeeze()(ops.NonZero()(ops.Equal()(counts, zero)), np.array([0]))
    whole = ops.Concat(0)(places, missing)
    size = ops.Gather()(ops.ShapeOf()(whole), zero, zero)
    order = ops.TopK(0, "min", "value", DType.i64).all(whole, size)[1]
    graph.result(ops.Gather()(ops.Concat(0)(graph.constant(np.array([7, 8, 9])), missing), order, zero), "y")
    return graph


def one_value_many_results():
    graph = Graph("results")
    made = ops.Tanh()(convolved(image(graph, 1, 3, 6, 7), 17))
    for k in range(3):
        graph.result(made, f"y{k}")
    graph.result(ops.ReLU()(made), "y3")
    return graph


def inputs_and_constants_as_results():
    graph = Graph("inputs")
    x, constant = image(graph, 2, 3, 4, 5), graph.constant(numbers(3, 5))
    for name, value in (("x1", x), ("c1", constant), ("x2", x), ("c2", constant), ("y", ops.ReLU()(x))):
        graph.result(value, name)
    return graph


def views_as_results():
    """Views of an input, of a constant, of a value in C order and of one in blocks, and views of views."""
    graph = Graph("views")
    x = image(graph, 2, 20, 4, 5)
    plain, blocked = ops.Tanh()(x), convolved(x, 33)
    for k, value in enumerate((x, plain, blocked, graph.constant(numbers(2, 20, 3)))):
        flat = ops.Reshape(True)(value, np.array([0, -1]))
        graph.result(flat, f"flat{k}")
        graph.result(ops.Unsqueeze()(flat, np.array([0])), f"deep{k}")
        graph.result(ops.Add()(flat, np.float32(1)), f"sum{k}")
    return graph


def joined_with_itself(axis):
    graph = Graph("joined")
    x = image(graph, 1, 16, 4, 5)
    made = convolved(x, 32)
    graph.result(ops.Concat(axis)(made, made), "twice")
    graph.result(ops.Concat(axis)(made, ops.ReLU()(made), made), "thrice")
    graph.result(ops.Concat(axis)(x, x), "input")
    return graph


def parts_that_others_read(first, second):
    """Parts of a join are made in place, read by others, joined again, and returned."""
    graph = Graph("parts")
    x = image(graph, 1, 3, 6, 6)
    a, b = ops.ReLU()(convolved(x, first)), ops.ReLU()(convolved(x, second))
    joined = ops.Concat(1)(a, b)
    again = ops.Concat(1)(joined, convolved(a, 16))
    graph.result(ops.Add()(convolved(joined, 20), convolved(b, 20)), "y0")
    graph.result(again, "y1")
    graph.result(a, "y2")
    graph.result(ops.Concat(1)(b, a), "y3")
    return graph


def chain_in_place(channels):
    """Residual sums over dying values, whose views are read as well."""
    graph = Graph("chain")
    x = image(graph, 2, channels, 5, 5)
    value = convolved(x, channels)
    for _ in range(4):
        other = convolved(value, channels, 1)
        value = ops.ReLU()(ops.Add()(other, value))
    flat = ops.Reshape(True)(value, np.array([0, -1]))
    graph.result(ops.Multiply()(ops.Sigmoid()(flat), flat), "y0")
    graph.result(ops.ReduceMean(False)(flat, np.array([1])), "y1")
    return graph


def nested(depth, x, flags):
    """A branch of branches; the sides return a capture, a constant, one value twice, a deeper branch."""
    bodies = []
    for side in range(2):
        body = Graph(f"side{side}")
        inner = [body.parameter(f"flag{k}", flag.type) for k, flag in enumerate(flags)]
        a = body.parameter("a", x.type)
        made = ops.Tanh()(a) if side else ops.Multiply()(a, np.float32(2))
        results = (a, body.constant(numbers(*x.type.shape))) if side else (made, made)
        if depth > 1:
            deeper = nested(depth - 1, made, inner)
            results = (deeper[0], ops.Add()(deeper[1], a)) if side else (ops.Concat(0)(deeper[0], a), deeper[1])
            if not side:
                results = (ops.Slice()(results[0], *(np.array([k]) for k in (0, x.type.shape[0], 1, 0))), results[1])
        for k, value in enumerate(results):
            body.result(value, f"r{k}")
        body.prune()
        bodies.append(body)
    return ops.If(*bodies).all(flags[depth - 1], *flags, x)


def branches():
    graph = Graph("branches")
    x = image(graph, 1, 17, 4, 4)
    flags = [graph.parameter(f"flag{k}", TensorType(DType.boolean, ())) for k in range(3)]
    made = convolved(x, 16)
    for k, value in enumerate((*nested(3, made, flags), ops.ReLU()(made))):
        graph.result(value, f"y{k}")
    return graph


def free_batch():
    graph = Graph("free")
    n = symbol("N")
    x, y = image(graph, n, 17, 6, 5), image(graph, n, 16, 6, 5, name="z")
    a, b = convolved(x, 16), convolved(y, 20)
    joined = ops.Concat(1)(a, b, ops.Tanh()(a))
    graph.result(ops.Concat(0)(joined, joined), "y0")
    pooled = ops.MaxPool((2, 2), (0, 0), (0, 0), (2, 2))(joined)
    graph.result(ops.Reshape(True)(pooled, np.array([0, -1])), "y1")
    graph.result(ops.Add()(ops.Add()(a, y), y), "y2")
    graph.result(ops.SoftMax(1)(ops.ReduceMean(False)(b, np.array([2, 3]))), "y3")
    return graph


MODELS = {
    "part": (part_before_the_size_of_the_whole,),
    "two orders": (product_read_in_two_orders,),
    **{f"product-{c}": (product_before_convolution, c) for c in (20, 48)},
    "results": (one_value_many_results,),
    "inputs": (inputs_and_constants_as_results,),
    "views": (views_as_results,),
    **{f"joined-{axis}": (joined_with_itself, axis) for axis in range(4)},
    **{f"parts-{a}-{b}": (parts_that_others_read, a, b) for a, b in ((16, 32), (17, 16), (32, 3), (48, 20))},
    **{f"chain-{c}": (chain_in_place, c) for c in (16, 17, 33)},
    "branches": (branches,),
    "free": (free_batch,),
}


def feeds(graph, batch, flags):
    """Numbers for images, the bits of ``flags`` for booleans."""
    found, bit = {}, 0
    for value in graph.inputs:
        if value.type.dtype is DType.boolean:
            found[value.node.name] = np.array(bool(flags >> bit & 1))
            bit += 1
            continue
        made = numbers(*(d if isinstance(d, int) else batch for d in value.type.shape))
        found[value.node.name] = made if value.type.dtype is DType.f32 else np.rint(3 * made).astype(np.int64)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_native_is_the_interpreter(name, tmp_path):
    make, *arguments = MODELS[name]
    graph = make(*arguments)
    compile_graph(graph, tmp_path / "model.so", resolve_target("host"))
    count = sum(v.type.dtype is DType.boolean for v in graph.inputs)
    with load(tmp_path / "model.so", threads=1) as alone, load(tmp_path / "model.so", threads=2) as shared:
        for flags in range(1 << count):
            for batch in (2, 5, 1):
                given = feeds(graph, batch, flags)
                expected, got, again = interpret(graph, given), alone.run(given), shared.run(given)
                for output, wanted in expected.items():
                    scale = max(1.0, float(np.abs(wanted).max()))
                    np.testing.assert_allclose(got[output], wanted, rtol=0, atol=1e-4 * scale, err_msg=output)
                    np.testing.assert_array_equal(again[output], got[output], err_msg=f"{output} on two threads")
