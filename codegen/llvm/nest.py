"""A scheduled nest as one LLVM function over a range of its parallel iterations."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir
from dldt.codegen.llvm.primitive import to_memory
from dldt.codegen.llvm.scope import Lanes, Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Axis, Load, Nest, walk
from dldt.codegen.loop.schedule import Scheduled
from dldt.codegen.loop.variables import LANE
from dldt.compiler.dims import Dim, Symbol


def parameters(
    buffers: Sequence[Buffer], symbols: Sequence[Symbol], *, written: Buffer, alias: bool
) -> list[tuple[str, str]]:
    """The parameters of a kernel function: the buffers, the run-time dims, the range ``[lo, hi)``."""
    attributes = "" if alias else " noalias"
    rows = [(f"ptr{attributes}{' readonly' if b != written else ''}", b.name) for b in buffers]
    # Dims are numbered, not named: kernels that differ in their names alone have one text.
    return [*rows, *(("i64", f"dim{k}") for k in range(len(symbols))), ("i64", "lo"), ("i64", "hi")]


def emit_nest(
    b: Builder, name: str, scheduled: Scheduled, buffers: Sequence[Buffer], symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(buffers…, symbols…, lo, hi)``."""
    nest = scheduled.nest
    with b.function(name, parameters(buffers, symbols, written=nest.buffer, alias=alias)) as arguments:
        pointers = dict(zip(buffers, arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[len(buffers) :], strict=False)))
        lanes = scheduled.lanes or b.target.block
        emitter = ExpressionEmitter(b, pointers, lanes, scheduled.strips, scheduled.unrolled)
        lower, upper = arguments[-2:]
        if len(scheduled.parallel) < 2:
            with b.loop(lower, upper, 1, stem="point") as loop:
                inner = scope.inner()
                _unflatten(b, emitter, scheduled.parallel, loop.index, inner)
                _serial(b, emitter, scheduled, list(scheduled.serial), inner)
            return
        _lines(b, emitter, scheduled, scope, (lower, upper))


def _lines(b: Builder, emitter: ExpressionEmitter, scheduled: Scheduled, scope: Scope, bounds: tuple[Ir, Ir]) -> None:
    """The range line by line of its last axis, so that whatever does not change along a line is computed once: the
    values of the other axes, masks, and reductions. The first and the last line may be incomplete."""
    (lower, upper), one = bounds, b.index(1)
    *outer, last = scheduled.parallel
    extent = emitter.dim(last.extent, scope)
    with b.when(b.compare("lt", lower, upper)):
        first, end = b.binary("udiv", lower, extent), b.add(b.binary("udiv", b.sub(upper, one), extent), one)
        with b.loop(first, end, 1, stem="line") as lines:
            begin = b.mul(lines.index, extent)
            line = scope.inner()
            _unflatten(b, emitter, tuple(outer), lines.index, line)
            within = (*scheduled.serial, *scheduled.inner, last, *((scheduled.vector,) if scheduled.vector else ()))
            emitter.hoist(scheduled.nest.value, line, {axis.variable for axis in within})
            low = b.intrinsic("llvm.smax", "i64", b.sub(lower, begin), b.index(0))
            high = b.intrinsic("llvm.smin", "i64", b.sub(upper, begin), extent)
            with b.loop(low, high, 1, stem="point") as points:
                inner = line.inner()
                inner.symbols[last.variable] = points.index
                _serial(b, emitter, scheduled, list(scheduled.serial), inner)


def _unflatten(b: Builder, emitter: ExpressionEmitter, axes: tuple[Axis, ...], position: Ir, scope: Scope) -> None:
    """The values of the parallel axes from the flat position."""
    for axis in reversed(axes[1:]):
        position, scope.symbols[axis.variable] = emitter.divide(position, axis.extent, scope)
    if axes:
        scope.symbols[axes[0].variable] = position


def _serial(b: Builder, emitter: ExpressionEmitter, scheduled: Scheduled, axes: list[Axis], scope: Scope) -> None:
    vector = (scheduled.vector,) if scheduled.vector is not None else ()
    pending = {axis.variable for axis in (*axes, *scheduled.inner, *vector)}
    emitter.hoist(scheduled.nest.value, scope, pending)
    if not axes:
        _innermost(b, emitter, scheduled, scope)
        return
    axis = axes[0]
    with b.loop(emitter.dim(axis.lower, scope), emitter.dim(axis.upper, scope), 1, stem="row") as loop:
        inner = scope.inner()
        inner.symbols[axis.variable] = loop.index
        _serial(b, emitter, scheduled, axes[1:], inner)


def _innermost(b: Builder, emitter: ExpressionEmitter, scheduled: Scheduled, scope: Scope) -> None:
    axis = scheduled.vector
    if axis is None:
        _store(b, emitter, scheduled, scope)
        return
    width = scheduled.lanes
    lower, upper = emitter.dim(axis.lower, scope), emitter.dim(axis.upper, scope)
    whole = b.add(lower, b.binary("and", b.sub(upper, lower), b.index(-width)))
    if not (isinstance(axis.extent, int) and axis.extent < width):
        with b.loop(lower, whole, width, stem="vector") as loop:
            _within(
                b, emitter, scheduled, list(scheduled.inner), scope.inner(lanes=Lanes(axis.variable, width, loop.index))
            )
    if isinstance(axis.extent, int) and axis.extent % width == 0:
        return
    with b.when(b.compare("lt", whole, upper)):
        tail = emitter.tail_mask(whole, upper)
        _within(
            b,
            emitter,
            scheduled,
            list(scheduled.inner),
            scope.inner(lanes=Lanes(axis.variable, width, whole), tail=tail),
        )


def _within(b: Builder, emitter: ExpressionEmitter, scheduled: Scheduled, axes: list[Axis], scope: Scope) -> None:
    """The loops inside one vector, after the values that do not depend on them."""
    if not axes:
        _store(b, emitter, scheduled, scope)
        return
    emitter.hoist(scheduled.nest.value, scope, {axis.variable for axis in axes})
    axis = axes[0]
    with b.loop(emitter.dim(axis.lower, scope), emitter.dim(axis.upper, scope), 1, stem="inner") as loop:
        inner = scope.inner()
        inner.symbols[axis.variable] = loop.index
        _within(b, emitter, scheduled, axes[1:], inner)


def _store(b: Builder, emitter: ExpressionEmitter, scheduled: Scheduled, scope: Scope) -> None:
    nest = scheduled.nest
    value = to_memory(b, emitter.emit(nest.value, scope), nest.buffer)
    store_at(b, emitter, nest.buffer, nest.buffer.offset(nest.index), value, scope)


def store_at(b: Builder, emitter: ExpressionEmitter, buffer: Buffer, offset: Dim, value: Ir, scope: Scope) -> None:
    """Store a value of the memory type at a flat offset: as a scalar, a run of contiguous lanes, or a scatter. The tail
    is masked."""
    kind, size = LLVM_TYPES[buffer.dtype], buffer.dtype.size
    pointer = emitter.pointers[buffer]
    if scope.lanes is None:
        b.store(value, b.gep(pointer, emitter.dim(offset, scope), kind), size)
        return
    value = b.splat(value, scope.lanes.count)
    split = emitter.split(offset, scope)
    runs = emitter.runs(offset, scope) if split is None else None
    if runs is not None:
        for start, mask in zip((runs.first, runs.second), emitter.run_masks(runs, scope.tail), strict=True):
            b.masked_store(value, b.gep(pointer, start, kind), mask, size)
        return
    if split is None or split[1] != 1:
        every = scope.tail or b.splat(b.const("i1", 1), scope.lanes.count)
        # An axis of one element may not be in the offset, as its stride is nothing: then one lane is left by the mask.
        places = b.splat(emitter.dim(offset, scope), scope.lanes.count)
        b.scatter(value, b.gep(pointer, places, kind), every, size)
        return
    start = b.add(emitter.dim(split[0], scope.inner(lanes=None)), scope.lanes.base)
    address = b.gep(pointer, start, kind)
    if scope.tail is None:
        b.store(value, address, size)
    else:
        b.masked_store(value, address, scope.tail, size)


def reads_whole_vectors(emitter: ExpressionEmitter, nest: Nest, lanes: int) -> bool:
    """Whether the nest may be computed for a whole vector of ``lane`` that reaches past the last channel: then every
    read stays in memory that may be over-read."""
    scope = Scope({}, lanes=Lanes(LANE, lanes, emitter.b.index(0)))
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            split = emitter.split(sub.buffer.offset(sub.index), scope)
            if split is None or split[1] not in (0, 1) or (split[1] == 1 and not sub.buffer.over_readable):
                return False
    return True
