"""Element expressions as LLVM IR: at one point (scalars), or at a vector of points along the vector axis."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.index import IndexEmitter, Runs
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.llvm.primitive import (
    COMPUTE,
    combine,
    emit_primitive,
    from_memory,
    horizontal,
    reduction_identity,
    round_half,
)
from dldt.codegen.llvm.requantized import Requantized
from dldt.codegen.llvm.scope import Lanes, Scope
from dldt.codegen.llvm.strided_load import is_short_stride, strided_load
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import (
    Accumulator,
    Apply,
    Axis,
    Bind,
    Expr,
    Guard,
    Inside,
    Load,
    Number,
    Position,
    Reduce,
    free_symbols,
    walk,
)
from dldt.codegen.loop.linear import is_monotone
from dldt.codegen.loop.primitives import shows_rounding
from dldt.codegen.loop.rounded import is_rounded
from dldt.compiler.dims import Symbol, maximum_of, minimum_of, symbols

IN_STEP = 4
"""Vectors of a reduction's axis that are reduced side by side: a power of two. An addition takes four cycles."""
MOST_TAPS = 9
"""Points of a window that are unrolled where no lane is at an edge."""
SHORT_BODY = 24
"""Nodes of a body that is written several times."""


class ExpressionEmitter(IndexEmitter):
    """Emits expressions with one builder. ``pointers`` are the kernel's buffers. ``strips`` are the reduction axes that
    run in vectors of ``lanes``; ``unrolled`` are those that are unrolled."""

    def __init__(
        self,
        builder: Builder,
        pointers: dict[Buffer, Ir],
        lanes: int,
        strips: Collection[Symbol] = (),
        unrolled: Collection[Symbol] = (),
    ) -> None:
        super().__init__(builder)
        self.pointers = pointers
        self.width = lanes
        self.strips, self.unrolled = strips, unrolled

    # ---- expressions ----------------------------------------------------------------------------------------------

    def emit(self, expr: Expr, scope: Scope) -> Ir:
        """The expression's value; it is a scalar where it does not vary along the lanes."""
        known = scope.cache.get(expr)
        if known is not None:
            return known
        lines = self.b.source_lines
        before = 0 if lines is None else lines.enter(_source_name(expr))
        made = self._emit(expr, scope)
        if lines is not None:
            lines.leave(before)
        scope.cache[expr] = made
        return made

    def _emit(self, expr: Expr, scope: Scope) -> Ir:
        if isinstance(expr, Number):
            return self.b.const(COMPUTE[expr.dtype], expr.value)
        if isinstance(expr, Position):
            return self.b.convert(self._short(expr, self.dim(expr.dim, scope)), COMPUTE[expr.dtype])
        if isinstance(expr, Load):
            return self._load(expr, scope)
        if isinstance(expr, Apply):
            rounded = Requantized.of(expr) if scope.lanes is not None else None
            if rounded is not None:
                x = self.emit(rounded.x, scope)
                if x.lanes:
                    return rounded.emit(self.b, x)
            arguments = [self._operand(argument, expr, scope) for argument in expr.arguments]
            return emit_primitive(self.b, expr.name, arguments, expr.arguments[0].dtype, expr.dtype)
        if isinstance(expr, Inside):
            return self._inside(expr, scope)
        if isinstance(expr, Guard):
            return self._guard(expr, scope)
        if isinstance(expr, Reduce):
            return self._reduce(expr, scope)
        if isinstance(expr, Bind):
            value = self.b.convert(self.emit(expr.value, scope), "i64", signed=expr.value.dtype.is_signed)
            inner = scope.inner()
            inner.symbols[expr.variable] = value
            return self.emit(expr.body, inner)
        if isinstance(expr, Accumulator):
            assert scope.accumulator is not None
            return scope.accumulator
        raise TypeError(type(expr).__name__)

    def _short(self, expr: Position, value: Ir) -> Ir:
        """A vector of positions in 32 bits, where they fit: not every processor converts longer integers to floats."""
        fits = minimum_of(expr.dim) >= -(1 << 31) and maximum_of(expr.dim) < 1 << 31
        return self.b.convert(value, "i32") if value.lanes and fits and expr.dtype.is_float else value

    def _operand(self, expr: Expr, user: Apply, scope: Scope) -> Ir:
        """An operand of a primitive; one of half precision is rounded where that may show in the result."""
        x = self.emit(expr, scope)
        return x if not shows_rounding(user.name) or is_rounded(expr) else round_half(self.b, x, expr.dtype)

    def _inside(self, expr: Inside, scope: Scope) -> Ir:
        value = self.dim(expr.dim, scope)
        parts = []
        if minimum_of(expr.dim - expr.lower) < 0:
            parts.append(self.b.compare("ge", value, self.dim(expr.lower, scope)))
        if maximum_of(expr.dim - expr.upper) >= 0:
            parts.append(self.b.compare("lt", value, self.dim(expr.upper, scope)))
        if not parts:
            return self.b.const("i1", 1)
        return parts[0] if len(parts) == 1 else self.b.binary("and", *parts)

    def _guard(self, expr: Guard, scope: Scope) -> Ir:
        condition = self.emit(expr.condition, scope)
        if not condition.lanes:
            count = scope.lanes.count if scope.lanes is not None else 0
            return self.b.choose(
                condition,
                lambda: self.b.splat(self.emit(expr.then, scope.inner()), count),
                lambda: self.b.splat(self.emit(expr.otherwise, scope.inner()), count),
            )
        then = self.emit(expr.then, scope.inner(mask=self._both(scope.mask, condition)))
        inverse = self.b.binary("xor", condition, self.b.like(condition, 1))
        otherwise = self.emit(expr.otherwise, scope.inner(mask=self._both(scope.mask, inverse)))
        return self.b.select(condition, *self._wide(condition.lanes, then, otherwise))

    def _wide(self, count: int, *values: Ir) -> list[Ir]:
        return [self.b.splat(v, count) for v in values]

    def _both(self, a: Ir | None, c: Ir) -> Ir:
        return c if a is None else self.b.binary("and", a, c)

    # ---- loads ----------------------------------------------------------------------------------------------------

    def _load(self, expr: Load, scope: Scope) -> Ir:
        buffer = expr.buffer
        kind, size = LLVM_TYPES[buffer.dtype], buffer.dtype.size
        offset = buffer.offset(expr.index)
        pointer = self.pointers[buffer]
        split = self.split(offset, scope)
        mask = scope.mask if buffer.over_readable else self._joined(scope)
        if scope.lanes is None or (split is not None and split[1] == 0):
            return from_memory(self.b, self._scalar(kind, pointer, self.dim(offset, scope), mask, size), buffer.dtype)
        wide = vector(kind, scope.lanes.count)
        runs = self.runs(offset, scope) if split is None else None
        if runs is not None:
            return from_memory(self.b, self._two_loads(wide, kind, pointer, runs, scope, size), buffer.dtype)
        if split is not None and is_short_stride(split[1]):
            first = self.b.mul(scope.lanes.base, self.b.index(split[1]))
            start = self.b.add(self.dim(split[0], scope.inner(lanes=None)), first)
            # No lane reads past the last element that any lane needs; one that reads before the first is masked.
            found = strided_load(self.b, wide, self.b.gep(pointer, start, kind), split[1], self._joined(scope))
            return from_memory(self.b, found, buffer.dtype)
        if split is None or split[1] != 1:
            every = self._joined(scope) or self.b.const(vector("i1", scope.lanes.count), 1)
            addresses = self.b.gep(pointer, self.dim(offset, scope), kind)
            return from_memory(self.b, self.b.gather(wide, addresses, every, size), buffer.dtype)
        start = self.b.add(self.dim(split[0], scope.inner(lanes=None)), scope.lanes.base)
        address = self.b.gep(pointer, start, kind)
        if mask is None:
            return from_memory(self.b, self.b.load(wide, address, size), buffer.dtype)
        if scope.mask is not None:
            address = self._mapped(address, pointer, mask)
        return from_memory(self.b, self.b.masked_load(wide, address, mask, size), buffer.dtype)

    def _mapped(self, address: Ir, pointer: Ir, mask: Ir) -> Ir:
        """``address``, or ``pointer`` where no lane is active. A masked access to an unmapped page takes processors
        hundreds of cycles, even if no lane of it is active."""
        return self.b.select(self._any(mask), address, pointer)

    def _any(self, mask: Ir) -> Ir:
        return self.b.intrinsic("llvm.vector.reduce.or", "i1", mask, suffix=f"v{mask.lanes}i1")

    def _two_loads(self, wide: str, kind: str, pointer: Ir, runs: Runs, scope: Scope, size: int) -> Ir:
        every = self._joined(scope)
        parts = []
        for start, mask in zip((runs.first, runs.second), self.run_masks(runs, every), strict=True):
            address = self.b.gep(pointer, start, kind)
            if scope.mask is not None:
                address = self._mapped(address, pointer, mask)
            parts.append(self.b.masked_load(wide, address, mask, size))
        return self.b.select(runs.inside, *parts)

    def run_masks(self, runs: Runs, every: Ir | None) -> tuple[Ir, Ir]:
        """The active lanes of the first run, and those of the second."""
        second = self.b.binary("xor", runs.inside, self.b.like(runs.inside, 1))
        if every is None:
            return runs.inside, second
        return self.b.binary("and", runs.inside, every), self.b.binary("and", second, every)

    def _scalar(self, kind: str, pointer: Ir, offset: Ir, mask: Ir | None, size: int) -> Ir:
        if offset.lanes:
            raise AssertionError("a scalar load at a vector index")
        if mask is not None:
            # If all lanes are off, the index may be anything: element 0, which can always be read, is loaded and
            # discarded.
            offset = self.b.select(self._any(mask), offset, self.b.index(0))
        return self.b.load(kind, self.b.gep(pointer, offset, kind), size)

    def _joined(self, scope: Scope) -> Ir | None:
        if scope.mask is None or scope.tail is None:
            return scope.mask if scope.tail is None else scope.tail
        return self.b.binary("and", scope.mask, scope.tail)

    # ---- reductions -----------------------------------------------------------------------------------------------

    def hoist(self, expr: Expr, scope: Scope, pending: Collection[Symbol]) -> None:
        """Compute now every reduction of ``expr`` that depends neither on an axis in ``pending`` (axes whose loops are
        not open yet) nor on the axis of an enclosing reduction."""
        known = {*scope.symbols, *([scope.lanes.axis] if scope.lanes is not None else [])}.difference(pending)
        for sub in reversed(list(walk(expr))):
            if isinstance(sub, Reduce) and sub not in scope.cache and free_symbols(sub) <= known:
                self.emit(sub, scope)

    def _reduce(self, expr: Reduce, scope: Scope) -> Ir:
        varies = scope.lanes is not None and (scope.lanes.axis in free_symbols(expr) or scope.mask is not None)
        if varies:
            count = scope.lanes.count if scope.lanes is not None else 0
            start = self.b.splat(reduction_identity(expr.kind, expr.dtype), count)
            return self._loops(expr, list(expr.axes), start, scope.inner())
        inner = scope.inner(lanes=None, mask=None, tail=None)
        start = reduction_identity(expr.kind, expr.dtype)
        last = next((axis for axis in expr.axes if axis.variable in self.strips), None)
        if last is None:
            return self._loops(expr, list(expr.axes), start, inner)
        outer = [axis for axis in expr.axes if axis is not last]
        wide = self.b.splat(start, self.width)
        total = self._loops(expr, outer, wide, inner, last)
        return horizontal(self.b, expr.kind, total, expr.dtype)

    def _loops(self, expr: Reduce, axes: list[Axis], start: Ir, scope: Scope, last: Axis | None = None) -> Ir:
        """The accumulator after looping over ``axes`` and then, in vectors, over ``last``."""
        if not axes:
            return self._strip(expr, last, start, scope) if last is not None else self._step(expr, start, scope)
        axis, rest = axes[0], axes[1:]
        lower, upper = self.dim(axis.lower, scope), self.dim(axis.upper, scope)
        if last is None and axis.variable in self.unrolled:
            return self._unrolled(expr, axes, start, scope)
        if lower.lanes or upper.lanes:
            return self._in_window(expr, axes, (lower, upper), start, scope)
        if not rest and last is None and _is_worth_steps(expr, axis, 1):

            def placed(place: Ir) -> Scope:
                inner = scope.inner()
                inner.symbols[axis.variable] = place
                return inner

            lower, start = self._in_step(expr, (lower, upper), start, 1, placed)
        split = bool(rest or last is not None) and self._is_by_rows(expr)
        with self.b.loop(lower, upper, 1, [start], axis.variable.name) as loop:
            inner = scope.inner()
            inner.symbols[axis.variable] = loop.index
            if split:
                part = self._loops(expr, rest, self._fresh(expr, start), inner, last)
                loop.yields = [combine(self.b, expr.kind, loop.carried[0], part, expr.dtype)]
            else:
                loop.yields = [self._loops(expr, rest, loop.carried[0], inner, last)]
        return loop.results[0]

    def _is_by_rows(self, expr: Reduce) -> bool:
        """Whether each inner loop is reduced separately. The rounding error of sums grows with the length of a row
        then, not of the whole image; extremes wait for those of a row alone, where the masks of their comparisons with
        NaN take long (AVX-512)."""
        wanted = ("sum", "max", "min") if self.b.target.has_masks else ("sum",)
        return expr.dtype.is_float and expr.kind in wanted

    def _fresh(self, expr: Reduce, start: Ir) -> Ir:
        return self.b.splat(reduction_identity(expr.kind, expr.dtype), start.lanes)

    def _unrolled(self, expr: Reduce, axes: list[Axis], start: Ir, scope: Scope) -> Ir:
        """A few points, unrolled: whatever depends only on a point's number (masks, shifts) becomes constant."""
        axis, rest = axes[0], axes[1:]
        assert isinstance(axis.lower, int)
        assert isinstance(axis.upper, int)
        total = start
        split = bool(rest) and self._is_by_rows(expr)
        for value in range(axis.lower, axis.upper):
            inner = scope.inner()
            inner.symbols[axis.variable] = self.b.index(value)
            part = self._loops(expr, rest, self._fresh(expr, start) if split else total, inner)
            total = combine(self.b, expr.kind, total, part, expr.dtype) if split else part
        return total

    def _in_window(self, expr: Reduce, axes: list[Axis], bounds: tuple[Ir, Ir], start: Ir, scope: Scope) -> Ir:
        """A loop whose bounds differ between lanes. The few points of a window are unrolled, with masks where a lane is
        at an edge."""
        axis, b = axes[0], self.b
        most = maximum_of(axis.upper)
        if minimum_of(axis.lower) != 0 or most > MOST_TAPS:
            return self._ragged(expr, axes, bounds, start, scope)
        assert scope.lanes is not None
        lower, upper = (b.convert(b.splat(bound, scope.lanes.count), "i32") for bound in bounds)
        whole = attrs.evolve(axis, lower=0, upper=int(most))

        def masked() -> Ir:
            total = start
            for value in range(int(most)):
                point = b.like(lower, value)
                active = b.binary("and", b.compare("ge", point, lower), b.compare("lt", point, upper))
                inner = scope.inner(mask=self._both(scope.mask, active))
                inner.symbols[axis.variable] = b.index(value)
                total = b.select(active, self._loops(expr, axes[1:], total, inner), total)
            return total

        cut = self._is_cut_at_ends(axis, int(most), scope)
        if cut is None:
            edges = b.compare("ne", lower, b.like(lower, 0)), b.compare("ne", upper, b.like(upper, most))
            cut = self._any(b.binary("or", *edges))
        return b.choose(cut, masked, lambda: self._unrolled(expr, [whole, *axes[1:]], start, scope.inner()))

    def _is_cut_at_ends(self, axis: Axis, most: int, scope: Scope) -> Ir | None:
        """Whether some lane of a window's axis, whose bounds are 0 and ``most`` inside of the data, has other bounds.
        The first and the last lane tell it, where all others are between them; None where they may not be."""
        lanes, b = scope.lanes, self.b
        assert lanes is not None
        bounds = ((axis.lower, 0), (axis.upper, most))
        others = {s for bound, _ in bounds if not isinstance(bound, int) for s in symbols(bound)} - {lanes.axis}
        if any(s in scope.symbols and scope.symbols[s].lanes for s in others):
            return None
        if not all(is_monotone(bound, lanes.axis) for bound, _ in bounds):
            return None
        ends = []
        for lane in (0, lanes.count - 1):
            at = scope.inner(lanes=None)
            at.symbols[lanes.axis] = b.add(lanes.base, b.index(lane))
            ends += [b.compare("ne", self.dim(bound, at), b.index(inside)) for bound, inside in bounds]
        cut = ends[0]
        for each in ends[1:]:
            cut = b.binary("or", cut, each)
        return cut

    def _ragged(self, expr: Reduce, axes: list[Axis], bounds: tuple[Ir, Ir], start: Ir, scope: Scope) -> Ir:
        """A loop whose bounds differ between lanes: it runs over all positions that any lane needs, and masks the other
        lanes."""
        count = scope.lanes.count if scope.lanes is not None else 0
        lower, upper = (self.b.splat(bound, count) for bound in bounds)
        low = self.b.intrinsic("llvm.vector.reduce.smin", "i64", lower, suffix=f"v{count}i64")
        high = self.b.intrinsic("llvm.vector.reduce.smax", "i64", upper, suffix=f"v{count}i64")
        with self.b.loop(low, high, 1, [start], "ragged") as loop:
            position = self.b.splat(loop.index, count)
            active = self.b.binary("and", self.b.compare("ge", position, lower), self.b.compare("lt", position, upper))
            inner = scope.inner(mask=self._both(scope.mask, active))
            inner.symbols[axes[0].variable] = loop.index
            stepped = self._loops(expr, axes[1:], loop.carried[0], inner)
            loop.yields = [self.b.select(active, stepped, loop.carried[0])]
        return loop.results[0]

    def _step(self, expr: Reduce, total: Ir, scope: Scope) -> Ir:
        value = self.emit(expr.body, scope)
        if total.lanes:
            value = self.b.splat(value, total.lanes)
        return combine(self.b, expr.kind, total, value, expr.dtype)

    def _strip(self, expr: Reduce, axis: Axis, start: Ir, scope: Scope) -> Ir:
        lower, upper = self.dim(axis.lower, scope), self.dim(axis.upper, scope)
        count = self.b.sub(upper, lower)
        whole = self.b.add(lower, self.b.binary("and", count, self.b.index(-self.width)))
        begin, total = lower, start

        def placed(place: Ir) -> Scope:
            return scope.inner(lanes=Lanes(axis.variable, self.width, place))

        if _is_worth_steps(expr, axis, self.width):
            begin, total = self._in_step(expr, (lower, upper), start, self.width, placed)
        with self.b.loop(begin, whole, self.width, [total], "strip") as loop:
            loop.yields = [self._step(expr, loop.carried[0], placed(loop.index))]
        total = loop.results[0]
        if isinstance(axis.extent, int) and axis.extent % self.width == 0:
            return total
        with self.b.loop(whole, upper, self.width, [total], "rest") as loop:
            tail = self.tail_mask(loop.index, upper)
            inner = scope.inner(lanes=Lanes(axis.variable, self.width, loop.index), tail=tail)
            value = self.b.splat(self.emit(expr.body, inner), self.width)
            stepped = combine(self.b, expr.kind, loop.carried[0], value, expr.dtype)
            loop.yields = [self.b.select(tail, stepped, loop.carried[0])]
        return loop.results[0]

    def _in_step(
        self, expr: Reduce, bounds: tuple[Ir, Ir], start: Ir, width: int, placed: Callable[[Ir], Scope]
    ) -> tuple[Ir, Ir]:
        """The first position that is left, and the accumulator after those before it, of which several are reduced at a
        time: none waits for the one before it. A position has ``width`` elements, ``placed`` is the scope of one."""
        (lower, upper), b, size = bounds, self.b, IN_STEP * width
        end = b.add(lower, b.binary("and", b.sub(upper, lower), b.index(-size)))
        fresh = b.splat(reduction_identity(expr.kind, expr.dtype), start.lanes)
        with b.loop(lower, end, size, [start, *[fresh] * (IN_STEP - 1)], "steps") as loop:
            scopes = [placed(b.add(loop.index, b.index(k * width))) for k in range(IN_STEP)]
            loop.yields = [self._step(expr, *pair) for pair in zip(loop.carried, scopes, strict=True)]
        totals = list(loop.results)
        while len(totals) > 1:
            pairs = zip(totals[::2], totals[1::2], strict=True)
            totals = [combine(b, expr.kind, one, other, expr.dtype) for one, other in pairs]
        return end, totals[0]

    def tail_mask(self, base: Ir, upper: Ir) -> Ir:
        """The lanes of a vector starting at ``base`` that lie below ``upper``."""
        left = self.b.sub(upper, base)
        steps = self.b.iota("i64", self.width)
        return self.b.compare("lt", steps, self.b.splat(left, self.width))

    @contextmanager
    def bound(self, scope: Scope, axis: Axis, index: Ir) -> Iterator[Scope]:
        """A scope in which ``axis`` has the value ``index``."""
        inner = scope.inner()
        inner.symbols[axis.variable] = index
        yield inner


def _source_name(expr: Expr) -> str:
    """What source lines know an expression by."""
    if isinstance(expr, Load):
        return expr.buffer.name
    if isinstance(expr, Reduce):
        return f"reduce {expr.kind}"
    return expr.name if isinstance(expr, Apply) else ""


def _is_worth_steps(expr: Reduce, axis: Axis, width: int) -> bool:
    """Whether positions of an axis are reduced side by side: it is long, and the body short."""
    long = not isinstance(axis.extent, int) or axis.extent >= 2 * IN_STEP * width
    return long and sum(1 for _ in walk(expr.body)) <= SHORT_BODY
