"""Lowers one operation and runs its nests in the loop interpreter."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

import dldt.codegen.loop.lower  # noqa: F401  (registers the rules)
from dldt.codegen.loop.buffers import PLAIN, Buffer, Layout
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import Load, Nest
from dldt.codegen.loop.lower.access import RULES, Access
from dldt.codegen.loop.lower.store import store
from dldt.compiler.dims import Symbol, symbols
from dldt.compiler.op import Op
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import Array, TensorType


@attrs.frozen(eq=False)
class Lowered:
    """The nests of an operation, the buffers of its inputs (None: left out) and outputs."""

    nests: tuple[Nest, ...]
    inputs: tuple[Buffer | None, ...]
    outputs: tuple[Buffer, ...]

    def run(self, arrays: tuple[Array | None, ...], sizes: Mapping[Symbol, int]) -> tuple[Array, ...]:
        """The outputs for these inputs."""
        memory = {b: a for b, a in zip(self.inputs, arrays, strict=True) if b is not None}
        results = []
        for buffer in self.outputs:
            shape = tuple(evaluate(dim, sizes) for dim in buffer.shape)
            memory[buffer] = np.full(shape, 77).astype(buffer.dtype.numpy)
            results.append(memory[buffer])
        run_nests(self.nests, memory, sizes)
        return tuple(results)


def lower(op: Op, types: tuple[TensorType | None, ...], layout: Layout = PLAIN) -> Lowered:
    """Apply the operation's rule and store every output. An input that the rule does not read at run time gets an
    access that refuses to be read."""
    rule = RULES[type(op)]
    outputs = op.types(*types)
    buffers = tuple(None if t is None else Buffer(f"x{i}", t.dtype, t.shape, layout) for i, t in enumerate(types))
    arguments = [_argument(i, t, b, rule.reads) for i, (t, b) in enumerate(zip(types, buffers, strict=True))]
    found = rule.lower(op, outputs, *arguments)
    accesses = found if isinstance(found, tuple) else (found,)
    assert tuple(a.type for a in accesses) == outputs
    results = tuple(Buffer(f"y{i}", t.dtype, t.shape, layout) for i, t in enumerate(outputs))
    nests = tuple(store(a, b) for a, b in zip(accesses, results, strict=True))
    return Lowered(nests, buffers, results)


def symbols_of(types: tuple[TensorType | None, ...], arrays: tuple[Array | None, ...]) -> dict[Symbol, int]:
    """The value of every symbol that is a dim of an input."""
    found: dict[Symbol, int] = {}
    for t, x in zip(types, arrays, strict=True):
        pairs = zip(t.shape, x.shape, strict=True) if t is not None and x is not None else ()
        found.update({s: size for dim, size in pairs for s in symbols(dim) if dim == s.dim})
    return found


def _argument(i: int, t: TensorType | None, buffer: Buffer | None, reads: tuple[int, ...] | None) -> Access | None:
    if t is None or buffer is None:
        return None
    if reads is None or i in reads:
        return Access(t, lambda index: Load(buffer, tuple(index)), t.constant)
    return Access(t, _unreadable(i), t.constant)


def _unreadable(i: int):
    def element(index):
        raise AssertionError(f"input {i} is read, though the rule says that it is not")

    return element
