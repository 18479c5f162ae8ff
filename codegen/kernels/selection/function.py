"""The frame of a function that selects boxes: its parameters, and where its operands lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Dim, Symbol


@attrs.frozen
class SelectionFunction:
    """A function that is being written. ``areas`` are the addresses of the operation's inputs by name."""

    areas: Mapping[str, Ir]
    output: Ir
    _emitter: ExpressionEmitter
    _scope: Scope

    def dims(self, *dims: Dim) -> list[Ir]:
        """The values of dims."""
        return [self._emitter.dim(dim, self._scope) for dim in dims]


@contextmanager
def selection_function(
    b: Builder,
    name: str,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> Iterator[SelectionFunction]:
    """Write ``void @name(buffers…, output, symbols…, lo, hi)``. ``ports`` are the operation's inputs by name."""
    every = [*buffers, output]
    with b.function(name, parameters(every, symbols, written=output, alias=alias)) as arguments:
        pointers = dict(zip(every, arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[len(every) :], strict=False)))
        areas = {port: pointers[buffer] for port, buffer in ports.items()}
        yield SelectionFunction(areas, pointers[output], ExpressionEmitter(b, {}, 0), scope)
