"""Recurrent layers, variables and control flow: several calls of one model."""

import numpy as np

from tests.frontends.tflite.case import Case, one
from tests.frontends.tflite.cases_elementwise import bytes_of, f, reseed
from tests.frontends.tflite.graphs import Model, Spec, const, given, like, state

F = np.float32


def _repeated(case, *shapes):
    """The case with three calls."""
    return Case(case.name, case.operation, case.model, tuple(tuple(f(*s) for s in shapes) for _ in range(3)), rtol=1e-5)


def _gates(inputs, cells, outputs, *, coupled=False, peephole=False, projection=False, norm=False):
    """The inputs of an LSTM behind the data."""
    gates = [None if coupled and gate == 0 else gate for gate in range(4)]
    data = [None if gate is None else const(f(cells, inputs, low=-0.5, high=0.5)) for gate in gates]
    last = [None if gate is None else const(f(cells, outputs, low=-0.5, high=0.5)) for gate in gates]
    holes = [const(f(cells)) if peephole and not (coupled and k == 0) else None for k in range(3)]
    biases = [None if gate is None else const(f(cells)) for gate in gates]
    projected = [const(f(outputs, cells)) if projection else None, const(f(outputs)) if projection else None]
    norms = [None if gate is None or not norm else const(f(cells)) for gate in gates]
    return data, last, holes, biases, projected, norms


def _lstm():
    kinds = {"plain": {}, "coupled": {"coupled": True}, "peephole": {"peephole": True}, "norm": {"norm": True}}
    kinds["projection"] = {"projection": True, "peephole": True}
    for label, how in kinds.items():
        outputs = 3 if label == "projection" else 4
        data, last, holes, biases, projected, norms = _gates(5, 4, outputs, **how)
        states = [state(np.zeros((2, outputs), F)), state(np.zeros((2, 4), F))]
        rest = [*data, *last, *holes, *biases, *projected, *states, *norms]
        values = {"fused_activation_function": "TANH"}
        if label == "projection":
            values |= {"cell_clip": 0.8, "proj_clip": 0.9}
        kind = "UnidirectionalSequenceLSTMOptions"
        for major in (False, True) if label == "plain" else (False,):
            x = f(6, 2, 5) if major else f(2, 6, 5)
            name = f"{label}{'-major' if major else ''}"
            case = one(
                "UNIDIRECTIONAL_SEQUENCE_LSTM", [x, *rest], [like(F)], kind, label=name, time_major=major, **values
            )
            yield _repeated(case, x.shape)
        if label in ("plain", "peephole"):
            case = one("LSTM", [f(2, 5), *rest], [like(F)], "LSTMOptions", label=label, **values)
            yield _repeated(case, (2, 5))
    parts = [f(2, 5), f(2, 4), const(f(16, 9)), const(f(16)), f(2, 4)]
    outs = [like(F), like(F), like(F), like(F)]
    yield one(
        "LSTM",
        parts,
        outs,
        "LSTMOptions",
        label="basic",
        version=2,
        kernel_type="BASIC",
        fused_activation_function="TANH",
    )
    both = []
    for _ in range(2):
        data, last, holes, biases, projected, _ = _gates(5, 4, 4)
        both += [*data, *last, *holes, *biases, *projected]
    states = [state(np.zeros((2, 4), F)) for _ in range(4)]
    for merge in (False, True):
        values = {"fused_activation_function": "TANH", "merge_outputs": merge, "time_major": merge}
        outs = [like(F)] * (1 if merge else 2)
        rest = [*both, *states, *[None] * 9]
        label = "merged" if merge else "apart"
        kind = "BidirectionalSequenceLSTMOptions"
        shape = (6, 2, 5) if merge else (2, 6, 5)
        case = one("BIDIRECTIONAL_SEQUENCE_LSTM", [f(*shape), *rest], outs, kind, label=label, **values)
        yield _repeated(case, shape)


def _rnn():
    weights = [const(f(4, 5)), const(f(4, 4, low=-0.5, high=0.5)), const(f(4))]
    values = {"fused_activation_function": "TANH"}
    hidden = state(np.zeros((2, 4), F))
    yield _repeated(one("RNN", [f(2, 5), *weights, hidden], [like(F)], "RNNOptions", **values), (2, 5))
    for function in ("TANH", "RELU6"):
        values = {"fused_activation_function": function, "time_major": function == "RELU6"}
        parts = [f(2, 6, 5) if function == "TANH" else f(6, 2, 5), *weights, hidden]
        case = one(
            "UNIDIRECTIONAL_SEQUENCE_RNN", parts, [like(F)], "SequenceRNNOptions", label=function.lower(), **values
        )
        yield _repeated(case, parts[0].shape)
    for merge in (False, True):
        values = {"fused_activation_function": "TANH", "merge_outputs": merge}
        parts = [f(2, 6, 5), *weights, hidden, *weights, hidden, None, None, None]
        outs = [like(F)] * (1 if merge else 2)
        label = "merged" if merge else "apart"
        kind = "BidirectionalSequenceRNNOptions"
        case = one("BIDIRECTIONAL_SEQUENCE_RNN", parts, outs, kind, label=label, **values)
        yield _repeated(case, (2, 6, 5))
    for rank in (1, 2):
        memory = state(np.zeros((2, 24), F))
        parts = [f(2, 5), const(f(6, 5)), const(f(6, 4)), const(f(6 // rank)), memory]
        values = {"rank": rank, "fused_activation_function": "RELU"}
        case = one("SVDF", parts, [like(F)], "SVDFOptions", label=f"rank-{rank}", **values)
        yield _repeated(case, (2, 5))


def _variables():
    """A sum that grows: what is read before and behind the assignment; its first value is 10."""
    model = Model()
    main, start = model.graph("main"), model.graph("start")
    for name, spec in {
        "x": given(f(3)),
        "handle": like(np.int32),
        "old": like(F),
        "sum": like(F),
        "new": like(F),
    }.items():
        main.tensor(name, spec if name != "handle" else Spec(np.empty((), np.int32), label="RESOURCE"))
    main.inputs, main.outputs = ["x"], ["old", "new"]
    start.tensor("handle", Spec(np.empty((), np.int32), label="RESOURCE"))
    start.tensor("ten", const(np.full(3, 10, F)))
    for graph in (main, start):
        if graph is main:
            main.operator("CALL_ONCE", [], [], "CallOnceOptions", init_subgraph_index=1)
        graph.operator("VAR_HANDLE", [], ["handle"], "VarHandleOptions", container="", shared_name="total")
    start.operator("ASSIGN_VARIABLE", ["handle", "ten"], [], "AssignVariableOptions")
    main.operator("READ_VARIABLE", ["handle"], ["old"], "ReadVariableOptions")
    main.operator("ADD", ["x", "old"], ["sum"], "AddOptions")
    main.operator("ASSIGN_VARIABLE", ["handle", "sum"], [], "AssignVariableOptions")
    main.operator("READ_VARIABLE", ["handle"], ["new"], "ReadVariableOptions")
    for operation in ("READ_VARIABLE", "ASSIGN_VARIABLE", "VAR_HANDLE", "CALL_ONCE"):
        yield Case(operation, operation, model.bytes(), tuple((f(3),) for _ in range(3)))


def _control():
    for flag in (True, False):
        model = Model()
        main, then, otherwise = (model.graph(name) for name in ("main", "then", "else"))
        for name, spec in {"c": given(np.array(flag)), "x": given(f(3)), "y": given(f(3)), "z": like(F)}.items():
            main.tensor(name, spec)
        main.inputs, main.outputs = ["c", "x", "y"], ["z"]
        main.operator("IF", main.inputs, ["z"], "IfOptions", then_subgraph_index=1, else_subgraph_index=2)
        for graph, op in ((then, "ADD"), (otherwise, "MUL")):
            for name in ("x", "y", "z"):
                graph.tensor(name, like(F, shape=(3,)))
            graph.inputs, graph.outputs = ["x", "y"], ["z"]
            graph.operator(op, ["x", "y"], ["z"], f"{op.capitalize()}Options")
        calls = ((np.array(flag), f(3), f(3)),)
        yield Case(f"IF/{str(flag).lower()}", "IF", model.bytes(), calls)
    model = Model()
    main, condition, body = (model.graph(name) for name in ("main", "condition", "body"))
    for name, spec in {"n": given(np.array(0, np.int32)), "x": given(f(3)), "m": like(np.int32), "y": like(F)}.items():
        main.tensor(name, spec)
    main.inputs, main.outputs = ["n", "x"], ["m", "y"]
    main.operator("WHILE", ["n", "x"], ["m", "y"], "WhileOptions", cond_subgraph_index=1, body_subgraph_index=2)
    for graph in (condition, body):
        graph.tensor("n", like(np.int32))
        graph.tensor("x", like(F, shape=(3,)))
        graph.inputs = ["n", "x"]
    condition.tensor("limit", const(np.array(7, np.int32)))
    condition.tensor("more", like(np.bool_))
    condition.outputs = ["more"]
    condition.operator("LESS", ["n", "limit"], ["more"], "LessOptions")
    for name, spec in {
        "one": const(np.array(1, np.int32)),
        "half": const(np.array(0.5, F)),
        "m": like(np.int32),
    }.items():
        body.tensor(name, spec)
    body.tensor("y", like(F, shape=(3,)))
    body.outputs = ["m", "y"]
    body.operator("ADD", ["n", "one"], ["m"], "AddOptions")
    body.operator("MUL", ["x", "half"], ["y"], "MulOptions")
    for start in (0, 5, 9):
        yield Case(f"WHILE/{start}", "WHILE", model.bytes(), ((np.array(start, np.int32), f(3)),))
    model = Model()
    main, inner = model.graph("main"), model.graph("inner")
    for graph in (main, inner):
        graph.tensor("x", given(bytes_of(4), 0.1, 3))
        graph.tensor("y", like(np.int8, 0.2, -1, shape=(4,)))
        graph.inputs, graph.outputs = ["x"], ["y"]
    main.operator("CALL", ["x"], ["y"], "CallOptions", subgraph=1)
    inner.operator("QUANTIZE", ["x"], ["y"], "QuantizeOptions")
    data = bytes_of(4)
    exact = np.clip(np.floor((data - 3.0) * 0.5 + 0.5) - 1, -128, 127).astype(np.int8)
    yield Case("CALL", "CALL", model.bytes(), ((data,),), 0, 0, "numpy's definition", ((exact,),))


reseed(7)
CASES = (*_lstm(), *_rnn(), *_variables(), *_control())
