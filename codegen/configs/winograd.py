"""Whether a convolution is done by Winograd's algorithm, and cut how: estimates of cycles on one core."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dldt.codegen.configs.stream import SHARED, stream
from dldt.codegen.configs.tiles import candidates, choose_chunk, choose_tile, direct_cycles, parts
from dldt.codegen.micro.problem import Problem, Tile
from dldt.codegen.micro.winograd import Winograd
from dldt.codegen.micro.winograd_form import WinogradForm, filters_size
from dldt.codegen.micro.winograd_plan import WinogradPlan
from dldt.codegen.target import Target

_TWO = Winograd(2, (1.0,))
_FOUR = Winograd(4, (0.625, 1.5))
_TWO_OF_FIVE = Winograd(2, (0.625, 1.5), kernel=5)
_FOUR_OF_FIVE = Winograd(4, (0.625, 1.0, 2.0), kernel=5)
_TWO_OF_SEVEN = Winograd(2, (0.625, 1.0, 2.0), kernel=7)
"""Points measured to round best among those exact in f32: a third of the error of the usual ±1, ±2."""
_ONE = Winograd(1, (), kernel=1)

F2 = WinogradForm(_TWO, _TWO)
F4 = WinogradForm(_FOUR, _FOUR)
_LINES = (_FOUR, _FOUR_OF_FIVE, _TWO_OF_FIVE, _TWO_OF_SEVEN)
FORMS = (
    *(F4, F2),
    *(WinogradForm(form, form) for form in (_FOUR_OF_FIVE, _TWO_OF_FIVE)),
    *(WinogradForm(_ONE, line) for line in _LINES),
    *(WinogradForm(line, _ONE) for line in _LINES),
)
"""What is tried: 3×3 and 5×5 by four or two results a line, and kernels of one row or one column."""

GAIN = 1.08
"""How much faster an estimate must be than that of the direct convolution, which rounds better."""

FEWEST = 8
"""Input channels below which the transforms cost what the products save."""

_WIDE = 0.05
"""How much longer filters take from memory for every further column of the tile (measured: 1 to 6 columns)."""

_SCRATCH = 8 << 20
"""The largest scratch of a thread in bytes."""


@cache
def choose_winograd(problem: Problem, target: Target) -> WinogradPlan | None:
    """The fastest plan by the estimates; None where the convolution cannot be, or had better not be, done so."""
    if not can_winograd(problem, target) or problem.inputs < FEWEST:
        return None
    best, least = None, direct_cycles(problem, choose_tile(problem, target), target) / GAIN
    for form in _fitting(problem):
        plan = plan_winograd(problem, target, form)
        cycles = winograd_cycles(problem, plan, target)
        if cycles < least:
            best, least = plan, cycles
    return best


def can_winograd(problem: Problem, target: Target) -> bool:
    """A kernel of some form, one step apart, one group, fixed image, channels in blocks of a vector."""
    plain = bool(_fitting(problem)) and problem.strides == problem.dilations == (1, 1) and problem.groups == 1
    fixed = all(isinstance(d, int) for d in (*problem.space, *problem.output, problem.source.batch))
    kept = not problem.channelwise and not problem.by_rows
    return plain and fixed and kept and problem.source.block == target.block


def _fitting(problem: Problem) -> list[WinogradForm]:
    return [form for form in FORMS if form.kernel == problem.kernel]


def plan_winograd(problem: Problem, target: Target, form: WinogradForm) -> WinogradPlan:
    """The plan of a form with the fewest cycles, those lost included that threads wait for each other."""
    plans = _plans(problem, target, form)
    return min(plans, key=lambda plan: winograd_cycles(problem, plan, target) * _imbalance(problem, plan))


def winograd_estimates(problem: Problem, target: Target) -> Iterator[tuple[float, WinogradPlan]]:
    """Every plan of every form, with its estimated cycles."""
    for form in _fitting(problem):
        for plan in _plans(problem, target, form):
            yield winograd_cycles(problem, plan, target) * _imbalance(problem, plan), plan


def _imbalance(problem: Problem, plan: WinogradPlan) -> float:
    """How unevenly the parts of the shared range fall to two threads and to four, as a factor; one thread counts as
    much as two."""
    units = -(-_tiles(problem, plan) // plan.block) * plan.tile.panels(problem)
    two, four = (-(-units // threads) * threads / units for threads in (2, 4))
    return float(two**0.4 * four**0.1)


def _plans(problem: Problem, target: Target, form: WinogradForm) -> Iterator[WinogradPlan]:
    vectors = problem.vectors(target.block)
    total = _tiles(problem, WinogradPlan(form, Tile(1, 1, 1, target.block), 1))
    prefetch = filters_size(form, problem, Tile(1, 1, 1, target.block)) > target.l2 // 2
    most = max(1, _SCRATCH // (4 * form.taps * problem.inputs))
    for height, width in candidates(target):
        small = height * width < target.registers // 3 and height < total and width < vectors
        if width > vectors or height > total or small:
            continue
        chunk = choose_chunk(
            WinogradPlan(form, Tile(1, 1, 1, target.block), 1).product(problem), height * width, target.block
        )
        tile = Tile(height, width, chunk, target.block)
        even = {-(-total // -(-total // min(total, size, most))) for size in (8, 16, 28, 42, 56, 84, 112)}
        for block in sorted({-(-size // height) * height for size in even}):
            yield WinogradPlan(form, tile, block, prefetch)


def _tiles(problem: Problem, plan: WinogradPlan) -> int:
    """The tiles of all images, of one where their number is free."""
    rows, columns = plan.tiles(problem)
    return rows * columns * (problem.batch if isinstance(problem.batch, int) else 1)


def winograd_cycles(problem: Problem, plan: WinogradPlan, target: Target) -> float:
    """Cycles of all images (one where their number is free): products, the filters' way from memory, transforms."""
    form, tile, lanes = plan.form, plan.tile, target.block
    total, vectors = _tiles(problem, plan), problem.vectors(lanes)
    whole, rest = divmod(total, plan.block)
    strips = whole * (plan.block // tile.rows) + -(-rest // tile.rows)
    each = sum(
        count * _strip_cycles(problem, tile.rows, width, target) for width, count in parts(vectors, tile.columns)
    )
    products = form.taps * strips * each
    filters = filters_size(form, problem, tile)
    passes = -(-total // plan.block)
    near = filters + plan.scratch(problem) <= target.l2
    streamed = stream(filters, 1 if near else passes, target)
    if plan.scratch(problem) > target.l2 // 2:
        streamed += 4 * problem.inputs * form.taps * plan.block * passes * tile.panels(problem) / SHARED
    per_input, per_output = _transform_cycles(form, target)
    inputs = total * -(-problem.inputs // lanes) * per_input
    outputs = total * vectors * per_output
    transforms = inputs + outputs
    if passes == 1 and filters > target.l3 // 4 and products < streamed:
        # The first strip waits for memory; the others, which find the filters in the second-level cache, come on top.
        return streamed * (1 + _WIDE * (tile.columns - 1)) + products * (1 - 1 / strips) + transforms
    return max(products, streamed) + 0.3 * min(products, streamed) + transforms


def _strip_cycles(problem: Problem, rows: int, columns: int, target: Target) -> float:
    """Cycles of one register tile over all input channels: multiply-adds or loads, what the filters cost that come from
    the second-level cache each time, and once the latency of the last sums and the stores."""
    wide = target.vector_bits == 512
    arithmetic = rows * columns / (1.0 if wide else 2.0)
    loads = (rows + columns * (2.0 if wide else 1.0)) / 2
    near = problem.inputs * columns * target.vector_bits // 8 <= target.l1 // 2
    again = 0.0 if near else columns * target.vector_bits / 1024
    return problem.inputs * (max(arithmetic, loads, 4.0) + 0.06 * rows + again) + 16.0 + rows * columns


def _transform_cycles(form: WinogradForm, target: Target) -> tuple[float, float]:
    """Cycles for the inputs and outputs of a tile, a vector of channels: loads, sums, stores."""
    results = form.outputs[0] * form.outputs[1]
    fused = 1.0 if target.vector_bits == 512 else 0.5
    inputs = form.input_sums * fused + 3.0 * form.taps
    outputs = form.output_sums * fused + 2.0 * form.taps + 4.0 * results
    return inputs, outputs
