"""StableHLO's operations: TF Lite runs few of them, so most are compared with numpy's."""

import numpy as np

from tests.frontends.tflite.case import Case, one
from tests.frontends.tflite.cases_elementwise import R, f, i, reseed
from tests.frontends.tflite.graphs import Model, const, given, like

F = np.float32
FORMULA = "numpy's definition"
ONES = {
    "ABS": (np.abs, -3),
    "CBRT": (np.cbrt, -3),
    "COSINE": (np.cos, -3),
    "EXPONENTIAL": (np.exp, -3),
    "FLOOR": (np.floor, -3),
    "LOG": (np.log, 0.1),
    "LOGISTIC": (lambda x: 1 / (1 + np.exp(-x)), -3),
    "NEGATE": (np.negative, -3),
    "RSQRT": (lambda x: 1 / np.sqrt(x), 0.1),
    "TANH": (np.tanh, -3),
}
TWOS = {
    "ADD": (np.add, -3),
    "SUBTRACT": (np.subtract, -3),
    "MULTIPLY": (np.multiply, -3),
    "DIVIDE": (np.divide, 0.5),
    "MAXIMUM": (np.maximum, -3),
    "MINIMUM": (np.minimum, -3),
    "POWER": (np.power, 0.2),
    "REMAINDER": (np.fmod, 0.5),
}


def case(op, inputs, wanted, kind="", **values):
    expected = {"expected": ((wanted,),), "oracle": FORMULA, "rtol": 1e-6 * 5}
    out = [like(wanted.dtype, shape=wanted.shape)]
    return one(f"STABLEHLO_{op}", inputs, out, kind, **expected, **values)


def _elementwise():
    for op, (function, low) in ONES.items():
        x = f(3, 4, low=low)
        yield case(op, [x], function(x.astype(np.float64)).astype(F))
    for op, (function, low) in TWOS.items():
        x, y = f(3, 4, low=low), f(3, 4, low=low)
        yield case(op, [x, y], function(x, y).astype(F))
    for op, function in (("AND", np.logical_and), ("OR", np.logical_or)):
        x, y = (R.integers(0, 2, (3, 4)).astype(np.bool_) for _ in range(2))
        yield case(op, [x, y], function(x, y))
        x, y = i(np.int32, 3, 4), i(np.int32, 3, 4)
        bits = np.bitwise_and if op == "AND" else np.bitwise_or
        yield case(op, [x, y], bits(x, y), label="i32")
    x, y = i(np.int32, 3, 4), i(np.int32, 3, 4, low=0, high=5)
    yield case("SHIFT_LEFT", [x, y], np.left_shift(x, y))
    flags, x, y = R.integers(0, 2, (3, 4)).astype(np.bool_), f(3, 4), f(3, 4)
    yield case("SELECT", [flags, x, y], np.where(flags, x, y))
    low, high = np.array(-1, F), np.array(1, F)
    yield case("CLAMP", [const(low), x, const(high)], np.clip(x, low, high))
    relations = {"EQ": np.equal, "NE": np.not_equal, "GE": np.greater_equal, "GT": np.greater, "LE": np.less_equal}
    for name, relation in {**relations, "LT": np.less}.items():
        a, b = i(np.int32, 4, 5), i(np.int32, 4, 5)
        direction = f"STABLEHLO_COMPARISON_DIRECTION_{name}"
        yield case(
            "COMPARE", [a, b], relation(a, b), "StablehloCompareOptions", label=name, comparison_direction=direction
        )
    yield case("CONVERT", [x], x.astype(np.int32))


def _shapes():
    x, y = f(2, 3, 4), f(2, 3, 4)
    yield case("RESHAPE", [x], x.reshape(4, 6))
    yield case("TRANSPOSE", [x], x.transpose(2, 0, 1), "StablehloTransposeOptions", permutation=(2, 0, 1))
    yield case("CONCATENATE", [x, y], np.concatenate([x, y], 1), "StablehloConcatenateOptions", dimension=1)
    v = f(3)
    wanted = np.broadcast_to(v.reshape(1, 3, 1), (2, 3, 4)).copy()
    yield case("BROADCAST_IN_DIM", [v], wanted, "StablehloBroadcastInDimOptions", broadcast_dimensions=(1,))
    bounds = {"start_indices": (0, 1, 0), "limit_indices": (2, 3, 4), "strides": (1, 1, 2)}
    yield case("SLICE", [x], x[:, 1:3, ::2], "StablehloSliceOptions", **bounds)
    wanted = np.broadcast_to(np.arange(3, dtype=np.int32).reshape(3, 1), (3, 4)).copy()
    yield case("IOTA", [], wanted, "StablehloIotaOptions", iota_dimension=0)
    edges = {"edge_padding_low": (1, 0, 0), "edge_padding_high": (0, 2, 0), "interior_padding": (0, 0, 0)}
    wanted = np.pad(x, ((1, 0), (0, 2), (0, 0)), constant_values=2.5)
    yield case("PAD", [x, const(np.array(2.5, F))], wanted, "StablehloPadOptions", **edges)
    starts = [np.array(n, np.int32) for n in (0, 2, 1)]
    yield case("DYNAMIC_SLICE", [x, *starts], x[:1, 1:3, 1:4], "StablehloDynamicSliceOptions", slice_sizes=(1, 2, 3))
    part, wanted = f(1, 2, 3), x.copy()
    wanted[:1, 1:3, 1:4] = part
    yield case("DYNAMIC_UPDATE_SLICE", [x, part, *starts], wanted)
    numbers = f(3, 4)
    expected = {"expected": ((numbers.view(np.int32),),), "oracle": FORMULA}
    yield one("BITCAST", [const(numbers)], [like(np.int32, shape=(3, 4))], "BitcastOptions", **expected)
    yield one("BITCAST", [numbers], [like(np.int32, shape=(3, 4))], "BitcastOptions", label="computed", **expected)


def _bodies():
    model = Model()
    main, inner = model.graph("main"), model.graph("inner")
    for graph in (main, inner):
        for name in ("x", "y", "z"):
            graph.tensor(name, given(np.empty(4, F)) if name != "z" else like(F, shape=(4,)))
        graph.inputs, graph.outputs = ["x", "y"], ["z"]
    values = {"name": "my.add", "decomposition_subgraph_index": 1}
    main.operator("STABLEHLO_COMPOSITE", ["x", "y"], ["z"], "StableHLOCompositeOptions", **values)
    inner.operator("SUB", ["x", "y"], ["z"], "SubOptions")
    x, y = f(4), f(4)
    yield Case(
        "STABLEHLO_COMPOSITE",
        "STABLEHLO_COMPOSITE",
        model.bytes(),
        ((x, y),),
        0,
        1e-6,
        "numpy's definition",
        ((x - y,),),
    )
    model = Model()
    main, condition, body = (model.graph(name) for name in ("main", "condition", "body"))
    for graph in (main, condition, body):
        graph.tensor("n", given(np.array(0, np.int32)))
        graph.inputs = ["n"]
    main.tensor("m", like(np.int32))
    main.outputs = ["m"]
    values = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    main.operator("STABLEHLO_WHILE", ["n"], ["m"], "StablehloWhileOptions", **values)
    condition.tensor("limit", const(np.array(7, np.int32)))
    condition.tensor("more", like(np.bool_))
    condition.outputs = ["more"]
    condition.operator("LESS", ["n", "limit"], ["more"], "LessOptions")
    body.tensor("three", const(np.array(3, np.int32)))
    body.tensor("m", like(np.int32))
    body.outputs = ["m"]
    body.operator("ADD", ["n", "three"], ["m"], "AddOptions")
    call = ((np.array(2, np.int32),),)
    wanted = ((np.array(8, np.int32),),)
    yield Case("STABLEHLO_WHILE", "STABLEHLO_WHILE", model.bytes(), call, 0, 0, FORMULA, wanted)


reseed(6)
CASES = (*_elementwise(), *_shapes(), *_bodies())
