"""The LSTM whose gates also see the cell, or whose forget gate is what the input gate leaves: a loop over the steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.compositions.sizes import counted, size_of
from dldt.compiler.ops.activation import Clamp, Elu, ReLU, Sigmoid, SoftPlus, SoftSign
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.comparison import Greater, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.parametric import HardSigmoid, PReLU
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.types import Array, DType, TensorType

Gate = tuple[str, float, float]
"""The name of an activation, with alpha and beta."""

_STEPS, _FIRST = np.array([1], np.int64), np.array([0], np.int64)


def _vector(x: Value, number: float) -> Array:
    return np.array([number], x.type.dtype.numpy)


_ACTIVATIONS: dict[str, Callable[[Value, float, float], Value]] = {
    "sigmoid": lambda x, a, b: Sigmoid()(x),
    "tanh": lambda x, a, b: Tanh()(x),
    "relu": lambda x, a, b: ReLU()(x),
    "affine": lambda x, a, b: Add()(Multiply()(x, a), b),
    "elu": lambda x, a, b: Elu(a)(x),
    "hardsigmoid": lambda x, a, b: HardSigmoid()(x, a, b),
    "leakyrelu": lambda x, a, b: PReLU()(x, _vector(x, a)),
    "scaledtanh": lambda x, a, b: Multiply()(Tanh()(Multiply()(x, b)), a),
    "softplus": lambda x, a, b: SoftPlus()(x),
    "softsign": lambda x, a, b: SoftSign()(x),
    "thresholdedrelu": lambda x, a, b: Select()(Greater()(x, a), x, _vector(x, 0)),
}


@attrs.frozen(eq=False)
class PeepholeLSTM:
    """One direction. Gates lie in the order input, output, forget, candidate; ``peepholes`` [3·H] in the order input,
    output, forget."""

    weights: Value
    recurrent: Value
    bias: Value
    peepholes: Value | None
    gates: Sequence[Gate]
    clip: float
    coupled: bool
    """Whether the cell forgets what the input gate leaves."""

    def run(
        self, x: Value, hidden: Value, cell: Value, lengths: Value | None, *, backward: bool
    ) -> tuple[Value, Value, Value]:
        """All hidden states [N, T, H], the last hidden and the last cell state [N, H], for x [N, T, I]. Sequences of
        fewer steps keep their last states, and give zeros behind."""
        batch = Unsqueeze()(size_of(x, 0), _FIRST)
        lengths = None if lengths is None else Reshape()(lengths, batch)  # one for each, however their number is called
        steps = _steps(x) if lengths is None else lengths
        data = ReverseSequence(0, 1)(x, steps) if backward else x
        inside = None if lengths is None else _inside(data, lengths)
        sums = Add()(MatMul(False, True)(data, self.weights), self.bias)
        shape = Concat(0)(Unsqueeze()(size_of(sums, 0), _FIRST), Unsqueeze()(size_of(self.recurrent, 1), _FIRST))
        made = self._loop(sums, Reshape()(hidden, shape), Reshape()(cell, shape), inside)
        return (ReverseSequence(0, 1)(made[0], steps) if backward else made[0]), made[1], made[2]

    def _loop(self, sums: Value, hidden: Value, cell: Value, inside: Value | None) -> tuple[Value, Value, Value]:
        body = Graph(f"{sums.graph.name}/{sums.name}/steps")
        part = body.parameter("sums", attrs.evolve(_plain(sums), shape=(sums.type.shape[0], 1, sums.type.shape[2])))
        states = [body.parameter(name, _plain(value)) for name, value in (("hidden", hidden), ("cell", cell))]
        whole = [self.recurrent] if self.peepholes is None else [self.recurrent, self.peepholes]
        given = [body.parameter(f"weights{k}", _plain(value)) for k, value in enumerate(whole)]
        gates = Add()(Squeeze()(part, _STEPS), MatMul(False, True)(states[0], given[0]))
        new_hidden, new_cell = self._step(gates, states[1], given[1] if len(given) > 1 else None)
        shown = new_hidden
        outside = []
        if inside is not None:
            outside = [inside]
            here = Squeeze()(
                body.parameter("inside", TensorType(DType.boolean, (inside.type.shape[0], 1, 1))), np.array([2])
            )
            shown = Select()(here, new_hidden, _vector(new_hidden, 0))
            new_hidden, new_cell = (
                Select()(here, new, old) for new, old in zip((new_hidden, new_cell), states, strict=True)
            )
        for name, value in (("hidden", new_hidden), ("cell", new_cell), ("shown", Unsqueeze()(shown, _STEPS))):
            body.result(value, f"{name}_out")
        ports = [SliceInput(1, 0, 1, 1, -1, input=0, parameter=0), MergedInput(1, 1, 0), MergedInput(2, 2, 1)]
        ports += [InvariantInput(3 + k, 3 + k) for k in range(len(whole))]
        place = 3 + len(whole)
        ports += [SliceInput(1, 0, 1, 1, -1, input=place, parameter=place) for _ in outside]
        outputs = (ConcatOutput(1, 0, 1, 1, -1, result=2), BodyOutput(0), BodyOutput(1))
        made = TensorIterator(body, tuple(ports), outputs).all(sums, hidden, cell, *whole, *outside)
        return made[0], made[1], made[2]

    def _step(self, gates: Value, cell: Value, peepholes: Value | None) -> tuple[Value, Value]:
        """The new hidden and cell states."""
        i, o, f, c = Split(4).all(gates, np.array(-1, np.int64))
        seen = (None,) * 3 if peepholes is None else Split(3).all(peepholes, np.array(-1, np.int64))
        enter = self._gate(0, _peeped(i, cell, seen[0]))
        one = gates.graph.constant(np.array(1, gates.type.dtype.numpy))
        forget = Subtract()(one, enter) if self.coupled else self._gate(0, _peeped(f, cell, seen[2]))
        new_cell = Add()(Multiply()(forget, cell), Multiply()(enter, self._gate(1, c)))
        out = self._gate(0, _peeped(o, new_cell, seen[1]))
        return Multiply()(out, self._activated(2, new_cell)), new_cell

    def _gate(self, which: int, x: Value) -> Value:
        return self._activated(which, Clamp(-self.clip, self.clip)(x) if self.clip else x)

    def _activated(self, which: int, x: Value) -> Value:
        name, alpha, beta = self.gates[which]
        return _ACTIVATIONS[name](x, alpha, beta)


def _plain(value: Value) -> TensorType:
    return TensorType(value.type.dtype, value.type.shape)


def _peeped(gate: Value, cell: Value, weights: Value | None) -> Value:
    return gate if weights is None else Add()(gate, Multiply()(weights, cell))


def _steps(x: Value) -> Value:
    """As many steps as there are, for each sequence."""
    zeros = Multiply()(counted(size_of(x, 0)), np.array(0))
    return Add()(zeros, size_of(x, 1))


def _inside(x: Value, lengths: Value) -> Value:
    """[N, T, 1]: whether a step is one of its sequence."""
    place = Range(lengths.type.dtype)(*(np.array(0, np.int64), size_of(x, 1), np.array(1, np.int64)))
    return Unsqueeze()(Less()(Unsqueeze()(place, _FIRST), Unsqueeze()(lengths, _STEPS)), np.array([2], np.int64))


def joined(parts: Sequence[Value]) -> Value:
    """The directions as axis 1."""
    made = [Unsqueeze()(part, _STEPS) for part in parts]
    return made[0] if len(made) == 1 else Concat(1)(*made)
