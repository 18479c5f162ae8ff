"""The register tile of a batched matmul: broadcast elements of rows by vectors of columns."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.llvm.primitive import from_memory
from dldt.compiler.types import DType


@attrs.frozen
class RowPointers:
    """The rows of a: the address of the first row, and the strides in bytes to the next row and to the next inner step
    (constants where the dims are known)."""

    pointer: Ir
    line: int | Ir
    depth: int | Ir


@attrs.frozen
class ColumnPointers:
    """The vectors of b: the address of the first one, and the stride in bytes to the next inner step. ``masks`` holds
    for each vector the lanes that may be read (None: all)."""

    pointer: Ir
    depth: int | Ir
    masks: tuple[Ir | None, ...]


class ProductTileEmitter:
    """Writes the accumulation of one tile over the inner dim."""

    def __init__(self, b: Builder, arithmetic: Arithmetic, lanes: int, chunk: int, stored: tuple[DType, DType]) -> None:
        self.b = b
        self.arithmetic = arithmetic
        self.lanes = lanes
        self.chunk = chunk
        self.stored = stored
        self.kind = vector(LLVM_TYPES[stored[1]], lanes * arithmetic.products)

    def accumulate(self, x: RowPointers, y: ColumnPointers, rows: int, depth: int | Ir) -> list[list[Ir]]:
        """The sums [row][column] over ``depth`` elements. The last step may have fewer than one lane multiplies."""
        b, columns = self.b, len(y.masks)
        flat = [b.const(self.arithmetic.sum_type(self.lanes), 0) for _ in range(rows * columns)]
        if isinstance(depth, int):
            steps, rest = divmod(depth, self.arithmetic.products)
            whole = steps // self.chunk * self.chunk
            if whole == self.chunk:
                flat = self._steps(x, y, flat, rows, self.chunk)
            elif whole:
                flat = self._loop(x, y, flat, rows, (b.index(0), b.index(whole)), self.chunk)
            if steps > whole:
                flat = self._steps(*self._from(x, y, b.index(whole)), flat, rows, steps - whole)
            if rest:
                flat = self._steps(*self._from(x, y, b.index(steps)), flat, rows, 1, rest)
        else:
            split = b.binary("and", depth, b.index(-self.chunk))
            flat = self._loop(x, y, flat, rows, (b.index(0), split), self.chunk)
            flat = self._loop(x, y, flat, rows, (split, depth), 1)
        flat = [self.arithmetic.result(b, value) for value in flat]
        return [flat[r * columns : (r + 1) * columns] for r in range(rows)]

    def _loop(
        self, x: RowPointers, y: ColumnPointers, flat: list[Ir], rows: int, bounds: tuple[Ir, Ir], step: int
    ) -> list[Ir]:
        with self.b.loop(*bounds, step, flat, "depth") as loop:
            loop.yields = self._steps(*self._from(x, y, loop.index), loop.carried, rows, step)
        return loop.results

    def _from(self, x: RowPointers, y: ColumnPointers, step: Ir) -> tuple[RowPointers, ColumnPointers]:
        """The operands, starting at inner step ``step``."""
        return (
            attrs.evolve(x, pointer=self._at(x.pointer, self._step(x.depth), step)),
            attrs.evolve(y, pointer=self._at(y.pointer, y.depth, step)),
        )

    def _step(self, stride: int | Ir) -> int | Ir:
        """The bytes from one inner step to the next, where an element is ``stride`` bytes from the next."""
        if self.arithmetic.products == 1:
            return stride
        assert isinstance(stride, int)
        return stride * self.arithmetic.products

    def _at(self, pointer: Ir, stride: int | Ir, count: int | Ir) -> Ir:
        b = self.b
        if isinstance(stride, int) and isinstance(count, int):
            offset = b.index(stride * count)
        else:
            offset = b.mul(*(b.index(v) if isinstance(v, int) else v for v in (stride, count)))
        return pointer if offset.name == "0" else b.emit("ptr", f"getelementptr i8, {pointer}, {offset}")

    def _steps(
        self, x: RowPointers, y: ColumnPointers, flat: list[Ir], rows: int, count: int, elements: int = 0
    ) -> list[Ir]:
        """Multiply and add ``count`` inner steps, unrolled. Each has so many ``elements`` (0: as many as one lane
        multiplies)."""
        b, columns = self.b, len(y.masks)
        flat = list(flat)
        pointer, base = y.pointer, x.pointer
        for k in range(count):
            if k:
                pointer = self._after(pointer, flat[-1])
            line = self._at(pointer, y.depth, k)
            vectors = [self._vector(line, c, mask) for c, mask in enumerate(y.masks)]
            for r in range(rows):
                element = self._at(self._at(base, self._step(x.depth), k), x.line, r)
                taken = elements or self.arithmetic.products
                wide = self.arithmetic.broadcast(b, element, self.stored[0], self.lanes, taken)
                for c in range(columns):
                    flat[r * columns + c] = self.arithmetic.multiply_add(b, wide, vectors[c], flat[r * columns + c])
                    if not b.target.fma:
                        # The product is a value apart from the sum here, and takes a register: at most one is alive at
                        # a time.
                        base = self._after(base, flat[r * columns + c])
        return flat

    def _vector(self, line: Ir, column: int, mask: Ir | None) -> Ir:
        b, stored = self.b, self.stored[1]
        pointer = self._at(line, self.lanes * self.arithmetic.products * stored.size, column)
        if mask is None:
            loaded = b.load(self.kind, pointer, stored.size)
        else:
            loaded = b.masked_load(self.kind, pointer, mask, stored.size)
        return loaded if stored is self.arithmetic.weights else from_memory(b, loaded, stored)

    def _after(self, pointer: Ir, value: Ir) -> Ir:
        """The same address, made to depend on ``value``: the next vectors are loaded only once the registers of the
        last ones are free."""
        kind = self.b.target.inline_register_class
        value = self.arithmetic.register_of(self.b, value)
        return self.b.emit("ptr", f'call ptr asm "", "=r,0,{kind}"({pointer}, {value})')
