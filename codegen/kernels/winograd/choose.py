"""Whether Winograd's algorithm computes a convolution, and with which plan: estimates of cycles on one core."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import itemgetter

from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.kernels.convolution.tiles import choose_chunk, choose_tile, direct_cycles
from dldt.codegen.kernels.register_tiles import parts, register_tiles
from dldt.codegen.kernels.stream import is_cold, stream
from dldt.codegen.kernels.winograd.form import WinogradForm, filters_size
from dldt.codegen.kernels.winograd.halved import Halved
from dldt.codegen.kernels.winograd.line import Winograd
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.target import Target

_TWO = Winograd(2, (1.0,))
_THREE = Winograd(3, (0.375, 1.25))
_FOUR = Winograd(4, (0.625, 1.5))
_FIVE = Winograd(5, (0.375, 0.875, 1.75))
_SIX = Winograd(6, (0.5, 1.0, 2.0))
_SEVEN = Winograd(7, (0.25, 0.75, 1.125, 2.0))
_TWO_OF_FIVE = Winograd(2, (0.625, 1.5), kernel=5)
_FOUR_OF_FIVE = Winograd(4, (0.625, 1.0, 2.0), kernel=5)
_TWO_OF_SEVEN = Winograd(2, (0.625, 1.0, 2.0), kernel=7)
"""The points measured to round best among those that are exact in f32: a third of the error of the usual ±1, ±2."""
_ONE = Winograd(1, (), kernel=1)

F2 = WinogradForm(_TWO, _TWO)
F3 = WinogradForm(_THREE, _THREE)
F4 = WinogradForm(_FOUR, _FOUR)
F5 = WinogradForm(_FIVE, _FIVE)
F6 = WinogradForm(_SIX, _SIX)
F7 = WinogradForm(_SEVEN, _SEVEN)
_HALVED = (Halved(Winograd(5, (0.625, 1.5), kernel=2)), Halved(Winograd(3, (1.0,), kernel=2)))
_LINES = (_FOUR, _FOUR_OF_FIVE, _TWO_OF_FIVE, _TWO_OF_SEVEN)
FORMS = (
    *(F4, F2, F3, F5, F6, F7),
    *(WinogradForm(form, form) for form in (_FOUR_OF_FIVE, _TWO_OF_FIVE)),
    *(WinogradForm(line, line) for line in _HALVED),
    *(WinogradForm(_ONE, line) for line in _LINES),
    *(WinogradForm(line, _ONE) for line in _LINES),
)
"""The forms to try: 3×3 kernels with two to seven results a line, 5×5 kernels with two or four, kernels of one row or
one column, and 3×3 kernels of stride two."""

GAIN = 1.08
"""How many times faster the estimate must be than that of the direct convolution, which rounds better."""

_ROUNDING = 0.0005
"""How much faster, for each different filter, an estimate must be than that of another form: a form with more filters
rounds worse and takes more room in the file."""

FEWEST = 8
"""Input channels in blocks below which the transforms cost as much as the products save."""

_KEPT, _SPILT = 0.5, 1.0
"""Two shares of the second-level cache: scratch memory up to the first stays there entirely; from the second on, none
of it does."""

_RETURNED = 2.0
"""How many times products that did not stay in the second-level cache travel between the caches."""

_FUSED, _FUSED_TAPS = 4, 36
"""The most input channels for which products are summed as part of the output transform, and the most products of such
a tile: larger tiles spill registers and take longer."""

_BESIDE = 0.75
"""The share of the transforms' cycles that such products do not hide: additions have pipes of their own."""

_WIDE_LINE, _FEW_INPUTS = 9, 128
"""Lines of this many products round worst (3e-5 of the largest result with 128 channels, growing with the square root
of the channels): they are used for at most this many channels."""

_WAITING = 1.4
"""How many times longer than estimated a plan takes whose register tile holds few sums (measured)."""

_SCRATCH = 8 << 20
"""The most scratch memory of a thread in bytes."""


@cache
def choose_winograd(problem: Problem, target: Target) -> WinogradPlan | None:
    """The fastest plan by the estimates; None where Winograd's algorithm cannot compute the convolution, or is
    slower."""
    if not can_winograd(problem, target) or (problem.source.block and problem.inputs < FEWEST):
        return None
    best, least = None, direct_cycles(problem, choose_tile(problem, target), target) / GAIN
    for bound, form in sorted(((_bound(problem, form, target), form) for form in _fitting(problem)), key=itemgetter(0)):
        if bound >= least:
            break
        plan = plan_winograd(problem, target, form)
        cycles = winograd_cycles(problem, plan, target) * _handicap(form)
        if cycles < least:
            best, least = plan, cycles
    return best


@cache
def smaller_winograd(problem: Problem, target: Target) -> tuple[WinogradPlan, ...]:
    """The fastest plan of every form that has fewer filters than the fastest plan of all."""
    best = choose_winograd(problem, target)
    forms = [] if best is None else [form for form in _fitting(problem) if form.different < best.form.different]
    return tuple(plan_winograd(problem, target, form) for form in forms)


def can_winograd(problem: Problem, target: Target) -> bool:
    """Whether Winograd's algorithm can compute the problem: a kernel and strides of some form, one group, and channels
    in blocks of a vector, or a few adjacent channels."""
    plain = bool(_fitting(problem)) and problem.dilations == (1, 1) and problem.groups == 1
    kept = not problem.channelwise and not problem.by_rows
    few = problem.source.channel == 1 and problem.inputs <= _FUSED and problem.outputs > target.block
    by_pixels = target.has_masks and few
    return plain and kept and (problem.source.block == target.block if problem.source.block else by_pixels)


def _fitting(problem: Problem) -> list[WinogradForm]:
    return [
        form
        for form in FORMS
        if (form.kernel, form.strides) == (problem.kernel, problem.strides)
        and (max(form.rows.size, form.columns.size) < _WIDE_LINE or problem.inputs <= _FEW_INPUTS)
        and (problem.source.block or form.taps <= _FUSED_TAPS)
    ]


def _handicap(form: WinogradForm) -> float:
    return 1 + _ROUNDING * form.different


def _bound(problem: Problem, form: WinogradForm, target: Target) -> float:
    """A lower bound on the cycles of any plan of the form, its handicap included: one cycle for each product of
    vectors, and the transforms."""
    plan = WinogradPlan(form, RegisterTile(1, 1, 1, target.block), 1, fused=not problem.source.block)
    if plan.fused:
        return winograd_cycles(problem, plan, target) * _handicap(form)
    count = form.taps * _tiles(problem, plan) * problem.inputs * problem.vectors(target.block)
    products = count / target.fma_per_cycle
    return (products + _transform_cycles(problem, plan, target)) * _handicap(form)


def plan_winograd(problem: Problem, target: Target, form: WinogradForm) -> WinogradPlan:
    """The plan of a form with the fewest cycles, including those that threads lose waiting for each other."""
    plans = _plans(problem, target, form)
    return min(plans, key=lambda plan: _shared_cycles(problem, plan, target))


def winograd_estimates(problem: Problem, target: Target) -> Iterator[tuple[float, WinogradPlan]]:
    """Every plan of every form, with its estimated cycles."""
    for form in _fitting(problem):
        for plan in _plans(problem, target, form):
            yield _shared_cycles(problem, plan, target), plan


def _shared_cycles(problem: Problem, plan: WinogradPlan, target: Target) -> float:
    """The cycles of one thread and those that two and four threads lose, as one number in which one thread weighs
    most."""
    two, four = (threads * _longest(problem, plan, threads) for threads in (2, 4))
    return float(winograd_cycles(problem, plan, target) * two**0.3 * four**0.1)


def _longest(problem: Problem, plan: WinogradPlan, threads: int) -> float:
    """The share of all results that the busiest thread computes. Shares are unequal because the last block has fewer
    tiles, and the last column tile fewer vectors."""
    total, panels, vectors = _tiles(problem, plan), plan.tile.panels(problem), problem.vectors(plan.tile.lanes)
    units = -(-total // plan.block) * panels

    def before(unit: int) -> float:
        block, panel = divmod(unit, panels)
        done = min(total, block * plan.block)
        begun = min(plan.block, total - done) * min(vectors, panel * plan.tile.columns)
        return (done * vectors + begun) / (total * vectors)

    ends = [before(units * thread // threads) for thread in range(threads + 1)]
    return max(high - low for low, high in pairwise(ends))


def _plans(problem: Problem, target: Target, form: WinogradForm) -> Iterator[WinogradPlan]:
    vectors = problem.vectors(target.block)
    total = _tiles(problem, WinogradPlan(form, RegisterTile(1, 1, 1, target.block), 1))
    if not problem.source.block:
        yield from (WinogradPlan(form, RegisterTile(1, 1, 1, target.block), size, fused=True) for size in (2, 4, 8, 16))
        return
    prefetch = filters_size(form, problem, RegisterTile(1, 1, 1, target.block)) > target.l2 // 2
    most = max(1, _SCRATCH // (form.arithmetic.data.size * form.taps * problem.inputs))
    for height, width in register_tiles(target):
        if width > vectors or height > total or _is_small(height, width, total, vectors, target):
            continue
        chunk = choose_chunk(
            WinogradPlan(form, RegisterTile(1, 1, 1, target.block), 1).product(problem), height * width, target.block
        )
        tile = RegisterTile(height, width, chunk, target.block)
        even = {-(-total // -(-total // min(total, size, most))) for size in (8, 16, 28, 42, 56, 84, 112)}
        for block in sorted({-(-size // height) * height for size in even}):
            yield WinogradPlan(form, tile, block, prefetch)


def _is_small(height: int, width: int, total: int, vectors: int, target: Target) -> bool:
    """Whether a register tile holds few sums although there are more tiles and vectors: it waits for its loads."""
    return height * width < target.registers // 3 and height < total and width < vectors


def fitted_cycles(problem: Problem, plan: WinogradPlan, target: Target) -> float:
    """The cycles of a plan that may have been made for other sizes."""
    tile = plan.tile
    total, vectors = _tiles(problem, plan), problem.vectors(tile.lanes)
    small = not plan.fused and _is_small(tile.rows, tile.columns, total, vectors, target)
    return winograd_cycles(problem, plan, target) * (_WAITING if small else 1.0)


def _tiles(problem: Problem, plan: WinogradPlan) -> int:
    """The tiles of all images; of one image where their number is free."""
    rows, columns = plan.tiles(problem)
    assert isinstance(rows, int)
    assert isinstance(columns, int)
    return rows * columns * (problem.batch if isinstance(problem.batch, int) else 1)


def winograd_cycles(problem: Problem, plan: WinogradPlan, target: Target) -> float:
    """Cycles of all images (of one where their number is free): products, reading the filters from memory,
    transforms."""
    form, tile, lanes = plan.form, plan.tile, target.block
    total, vectors = _tiles(problem, plan), problem.vectors(lanes)
    if plan.fused:
        return total * vectors * form.taps * problem.inputs + _BESIDE * _transform_cycles(problem, plan, target)
    whole, rest = divmod(total, plan.block)
    strips = whole * (plan.block // tile.rows) + -(-rest // tile.rows)
    each = sum(
        count * _strip_cycles(problem, tile.rows, width, target) for width, count in parts(vectors, tile.columns)
    )
    products = form.taps * strips * each
    filters = filters_size(form, problem, tile)
    passes = -(-total // plan.block)
    near = filters + plan.scratch(problem) <= target.l2
    streamed = stream(filters, 1 if near else passes, target, cold=problem.cold)
    spilt = min(1.0, max(0.0, (plan.scratch(problem) / target.l2 - _KEPT) / (_SPILT - _KEPT)))
    size = form.arithmetic.data.size
    streamed += (
        spilt * size * problem.inputs * form.taps * plan.block * passes * tile.panels(problem) / target.cpu.bandwidth.l3
    )
    transforms = _transform_cycles(problem, plan, target)
    transforms += spilt * _RETURNED * size * total * vectors * lanes * form.taps / target.cpu.bandwidth.l3
    if passes == 1 and is_cold(filters, target, cold=problem.cold) and products < streamed:
        # The first strip waits for memory. The others find the filters in the second-level cache; their cost is added.
        return (
            streamed * (1 + target.cpu.fit.column_delay * (tile.columns - 1)) + products * (1 - 1 / strips) + transforms
        )
    return max(products, streamed) + 0.3 * min(products, streamed) + transforms


def _strip_cycles(problem: Problem, rows: int, columns: int, target: Target) -> float:
    """Cycles of one register tile over all input channels: the multiply-adds or the loads, the cost of filters that
    come from the second-level cache each time, and once the latency of the last sums and the stores."""
    fit, size = target.cpu.fit, columns * target.lanes(1)
    arithmetic = rows * columns / target.fma_per_cycle
    loads = rows / target.short_loads_per_cycle + columns / target.loads_per_cycle
    near = problem.inputs * size <= target.l1 // 2
    # Half of the time to read the filters is hidden behind the multiply-adds.
    again = 0.0 if near else size / (2 * target.cpu.bandwidth.l2)
    step = max(arithmetic, loads, target.cpu.core.latency) + fit.strip_row * rows + again
    return problem.inputs * step + fit.strip + rows * columns


def _transform_cycles(problem: Problem, plan: WinogradPlan, target: Target) -> float:
    """Cycles of the input and output transforms of all tiles, one vector of channels at a time: loads, sums, stores.
    Tiles that reach past the image are copied first."""
    form, images = plan.form, problem.batch if isinstance(problem.batch, int) else 1
    total, whole_inputs = images, images
    for axis in (0, 1):
        size, space, pad = problem.output[axis], problem.space[axis], problem.pads[axis]
        assert isinstance(size, int)
        assert isinstance(space, int)
        assert isinstance(pad, int)
        step = form.outputs[axis] * form.strides[axis]
        tiles = -(-size // form.outputs[axis])
        starts = (tile * step - pad for tile in range(tiles))
        extent = (form.rows, form.columns)[axis].size
        total *= tiles
        whole_inputs *= sum(0 <= start <= space - extent for start in starts)
    results = form.outputs[0] * form.outputs[1]
    input_moved, product_moved, result_moved = target.cpu.fit.moved
    each_input = form.input_sums / target.fma_per_cycle + input_moved * form.taps
    each_output = form.output_sums / target.fma_per_cycle + (0.0 if plan.fused else product_moved * form.taps)
    each_output += result_moved * results
    inputs = total * each_input + (total - whole_inputs) * target.cpu.fit.copied * form.taps
    outputs = total * each_output
    return -(-problem.inputs // target.block) * inputs + problem.vectors(target.block) * outputs
