"""The arithmetic of a recurrent cell in the body of a loop, as one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product
from typing import Any

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.op import Op
from dldt.compiler.ops import (
    Add,
    Concat,
    GRUCell,
    LSTMCell,
    MatMul,
    Multiply,
    Parameter,
    ReLU,
    RNNCell,
    Sigmoid,
    Split,
    Subtract,
    Tanh,
    VariadicSplit,
)
from dldt.compiler.types import Array, DType
from dldt.passes.affine import Affine, affine, cut, first_column
from dldt.passes.constant_folder import ConstantFolder

_ACTIVATIONS: dict[type[Op], str] = {Tanh: "tanh", Sigmoid: "sigmoid", ReLU: "relu"}


def with_cell(body: Graph) -> Graph | None:
    """A copy of the body in which products, sums and activations are an LSTMCell, a GRUCell or an RNNCell; None where
    they are not."""
    made = body.copy()
    ConstantFolder().fold(made)
    for node in made.order():
        for value in node.outputs:
            if any(replace(made, value) for replace in _CELLS):
                made.prune()
                return made
    return None


@attrs.frozen
class _Sums:
    """x · weights + hidden · recurrent + bias: weights [I, n], recurrent [H, n], bias [n]."""

    x: Value
    hidden: Value
    weights: Array
    recurrent: Array
    bias: Array


def _replace_lstm(graph: Graph, hidden: Value) -> bool:
    """Whether ``hidden`` was sigmoid(o) * tanh(sigmoid(f) * c + sigmoid(i) * tanh(g)), and is an LSTMCell's now."""
    for out, shown in _pairs(hidden, Multiply):
        o, total = _under(out, Sigmoid), _under(shown, Tanh)
        if o is None or total is None:
            continue
        for kept, entered in _pairs(total, Add):
            for forget, cell in _pairs(kept, Multiply):
                for enter, fresh in _pairs(entered, Multiply):
                    f, i, g = _under(forget, Sigmoid), _under(enter, Sigmoid), _under(fresh, Tanh)
                    if f is None or i is None or g is None or not isinstance(cell.op, Parameter):
                        continue
                    if _made_lstm(graph, (hidden, total), cell, (f, i, g, o)):
                        return True
    return False


def _made_lstm(graph: Graph, old: tuple[Value, Value], cell: Value, gates: tuple[Value, ...]) -> bool:
    found = [_split_part(gate, 4) for gate in gates]
    sources = {part[0] for part in found if part is not None}
    if any(part is None for part in found) or len(sources) != 1:
        return False
    ports = [part[1] for part in found if part is not None]
    sums = _sums(sources.pop())
    size = old[0].type.shape[-1]
    if sums is None or sorted(ports) != [0, 1, 2, 3] or not isinstance(size, int) or len(sums.recurrent) != size:
        return False
    columns = _columns(ports, size)
    shift = np.concatenate([np.broadcast_to(part[2], size) for part in found if part is not None])
    made: Any = LSTMCell
    weights = (sums.weights.T[columns], sums.recurrent.T[columns], sums.bias[columns] + shift)
    new = made(size).all(sums.x, sums.hidden, cell, *map(np.ascontiguousarray, weights))
    for before, after in zip(old, new, strict=True):
        graph.replace(before, after)
    return True


def _replace_gru(graph: Graph, hidden: Value) -> bool:
    """Whether ``hidden`` was n + z * (h - n), or (1 - z) * n + z * h, of n = tanh(x_n + sigmoid(x_r + h_r) * h_n) and z
    = sigmoid(x_z + h_z), and is a GRUCell's now; likewise where n = tanh(x_n + (sigmoid(x_r + h_r) * h)_n)."""
    for update, fresh, state in _mixed(hidden):
        if _made_gru_before(graph, hidden, state, update, fresh):
            return True
        z, both = _under(update, Sigmoid), _under(fresh, Tanh)
        if z is None or both is None:
            continue
        for own, past in _pairs(both, Add):
            for reset, inner in _pairs(past, Multiply):
                r = _under(reset, Sigmoid)
                if r is not None and _made_gru(graph, hidden, state, (z, r), (own, inner)):
                    return True
    return False


def _mixed(hidden: Value) -> Iterator[tuple[Value, Value, Value]]:
    """Gate, candidate and state of which a GRU's state is mixed."""
    for left, right in _pairs(hidden, Add):
        for gate, rest in _pairs(right, Multiply):
            if isinstance(rest.op, Subtract) and rest.inputs[1] == left and rest.inputs[0] is not None:
                yield gate, left, rest.inputs[0]
            for inverse, fresh in _pairs(left, Multiply):
                one, same = (*inverse.inputs, None)[:2] if isinstance(inverse.op, Subtract) else (None, None)
                if same == gate and one is not None and one.constant is not None and np.all(one.constant == 1):
                    yield gate, fresh, rest


def _made_gru(
    graph: Graph, hidden: Value, state: Value, gates: tuple[Value, Value], candidate: tuple[Value, Value]
) -> bool:
    """``gates``: the sums of update and reset; ``candidate``: its parts of the input and of the state."""
    for (x_update, h_update), (x_reset, h_reset) in product(*(_pairs(gate, Add) for gate in gates)):
        ours = _three((x_update, x_reset, candidate[0]))
        theirs = _three((h_update, h_reset, candidate[1]))
        size = hidden.type.shape[-1]
        if ours is None or theirs is None or theirs.source != state or not isinstance(size, int):
            continue
        shared = (ours.bias + theirs.bias)[: 2 * size]
        bias = np.concatenate([shared, ours.bias[2 * size :], theirs.bias[2 * size :]])
        weights = map(np.ascontiguousarray, (ours.matrix.T, theirs.matrix.T, bias))
        made: Any = GRUCell
        graph.replace(hidden, made(size, linear_before_reset=True)(ours.source, state, *weights))
        return True
    return False


def _made_gru_before(graph: Graph, hidden: Value, state: Value, update: Value, fresh: Value) -> bool:
    """The cell whose reset gate scales the state before the product."""
    inner, z = _under(fresh, Tanh), _gate(update)
    n = None if inner is None else affine(inner)
    if n is None or z is None or len(n.products) != 2 or not isinstance(state.op, Parameter):
        return False
    for x, past in permutations(n.products):
        r = next((_gate(gate) for gate, same in _pairs(past, Multiply) if same == state), None)
        if r is None or any(set(gate.products) != {x, state} for gate in (z, r)):
            continue
        ours = np.concatenate([part.products[x].T for part in (z, r, n)])
        theirs = np.concatenate([z.products[state].T, r.products[state].T, n.products[past].T])
        bias = np.concatenate([part.bias for part in (z, r, n)])
        size = len(n.bias)
        if len(ours) == 3 * size and theirs.shape == (3 * size, size):
            made: Any = GRUCell
            cell = made(size, linear_before_reset=False)
            graph.replace(hidden, cell(x, state, *map(np.ascontiguousarray, (ours, theirs, bias))))
            return True
    return False


def _gate(value: Value) -> Affine | None:
    """What a sigmoid is of, before or behind the cut of a gate from others."""
    if isinstance(value.op, Sigmoid):
        inner = value.inputs[0]
        return None if inner is None else affine(inner)
    start = first_column(value) if isinstance(value.op, Split | VariadicSplit) else None
    whole, width = value.node.inputs[0] if start is not None else None, value.type.shape[-1:]
    inner = None if whole is None else _under(whole, Sigmoid)
    sums = None if inner is None else affine(inner)
    if sums is None or start is None or not isinstance(width[0], int):
        return None
    return cut(sums, start, width[0])


@attrs.frozen
class _Gates:
    """source · matrix + bias: the sums of some gates, one behind the other."""

    source: Value
    matrix: Array
    bias: Array


def _three(gates: tuple[Value, Value, Value]) -> _Gates | None:
    """Three gates that were cut from one product of one value."""
    parts = [part for part in (_split_part(gate, 3) for gate in gates) if part is not None and not part[2].any()]
    if len(parts) != 3 or len({part[0] for part in parts}) != 1 or len({part[1] for part in parts}) != 3:
        return None
    found, size = _linear(parts[0][0]), gates[0].type.shape[-1]
    if found is None or len(found[0]) != 1 or not isinstance(size, int):
        return None
    ((source, matrix),), bias = found
    columns = _columns([part[1] for part in parts], size)
    return _Gates(source, matrix[:, columns], bias[columns])


def _columns(ports: list[int], size: int) -> Array:
    return np.concatenate([np.arange(port * size, (port + 1) * size) for port in ports])


def _replace_rnn(graph: Graph, hidden: Value) -> bool:
    """Whether ``hidden`` was an activation of such sums, and is an RNNCell's now."""
    name = _ACTIVATIONS.get(type(hidden.op))
    total = hidden.inputs[0] if name is not None else None
    sums = None if total is None else _sums(total)
    if sums is None or len(sums.recurrent) != len(sums.bias):
        return False
    made: Any = RNNCell
    weights = (sums.weights.T, sums.recurrent.T, sums.bias)
    op = made(len(sums.bias), activations=(name,))
    graph.replace(hidden, op(sums.x, sums.hidden, *map(np.ascontiguousarray, weights)))
    return True


_CELLS: tuple[Callable[[Graph, Value], bool], ...] = (_replace_lstm, _replace_gru, _replace_rnn)


def _pairs(value: Value, kind: type[Op]) -> Iterator[tuple[Value, Value]]:
    """The two inputs of an operation of the kind, in both orders."""
    inputs = [v for v in value.inputs if v is not None]
    if isinstance(value.op, kind) and len(inputs) == 2:
        yield inputs[0], inputs[1]
        yield inputs[1], inputs[0]


def _under(value: Value, kind: type[Op]) -> Value | None:
    return value.inputs[0] if isinstance(value.op, kind) else None


def _split_part(gate: Value, count: int) -> tuple[Value, int, Array] | None:
    """What was cut into so many equal gates, which of them this is, and the constant that was added to it."""
    shift = np.zeros(1, np.float32)
    for inner, constant in _pairs(gate, Add):
        if constant.constant is not None and constant.constant.size in (1, gate.type.shape[-1]):
            gate, shift = inner, constant.constant.reshape(-1)
    node = gate.node
    whole, axis = (*node.inputs, None, None)[:2]
    if not isinstance(gate.op, Split | VariadicSplit) or len(node.outputs) != count or whole is None or axis is None:
        return None
    equal = len({str(t) for t in node.types}) == 1
    last = axis.constant is not None and int(axis.constant.item()) % whole.type.rank == whole.type.rank - 1
    return (whole, gate.port, shift) if equal and last else None


def _sums(total: Value) -> _Sums | None:
    """The value as such sums."""
    found = _linear(total)
    if found is None:
        return None
    products, bias = found
    states = [pair for pair in products if isinstance(pair[0].op, Parameter)]
    others = [pair for pair in products if pair not in states]
    if len(states) != 1 or len(others) != 1:
        return None
    return _Sums(others[0][0], states[0][0], others[0][1], states[0][1], bias)


def _linear(total: Value) -> tuple[list[tuple[Value, Array]], Array] | None:
    """The value as products with constant matrices [inner, n], and a bias [n]."""
    rank_two = total.type.rank == 2 and total.type.dtype is DType.f32
    width = total.type.shape[-1] if rank_two else None
    if not isinstance(width, int):
        return None
    bias, products = np.zeros(width, np.float32), list[tuple[Value, Array]]()
    pending = [total]
    while pending:
        current = pending.pop()
        parts = next(_pairs(current, Add), None)
        if parts is not None:
            pending += parts
        elif current.constant is not None and current.constant.size in (1, width):
            bias = bias + current.constant.reshape(-1)
        else:
            found = _product(current)
            if found is None:
                return None
            products += found
    return products, bias.astype(np.float32)


def _product(value: Value) -> list[tuple[Value, Array]] | None:
    """A matrix product with a constant as values and their matrices [inner, n]; one of joined values is several."""
    if not isinstance(value.op, MatMul) or value.op.transpose_a:
        return None
    data, weights = value.inputs
    matrix = None if weights is None else weights.constant
    if data is None or matrix is None or matrix.ndim != 2 or data.type.rank != 2:
        return None
    matrix = matrix.T if value.op.transpose_b else matrix
    if not isinstance(data.op, Concat) or data.op.axis not in (1, -1):
        return [(data, matrix)]
    inputs = [v for v in data.inputs if v is not None]
    sizes = [v.type.shape[1] for v in inputs]
    if not all(isinstance(size, int) for size in sizes):
        return None
    ends = np.cumsum([int(size) for size in sizes])
    return list(zip(inputs, np.split(matrix, ends[:-1]), strict=True))
