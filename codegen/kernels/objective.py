"""What the choices of a model are made for: time, size, or both."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import attrs

from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.trade import Trade
from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown

LOSS = 0.02
"""The most time that a model may lose for its size, as a share of the estimated time of all contractions. What it gains
because fewer weights are read from memory counts against that."""


_BELOW = 1 - 1e-9
"""The price below another at which a part does not yet change."""


class Objective(enum.StrEnum):
    """``speed``: the fastest. ``balanced``: the least product of time and size, but not much slower than the fastest.
    ``size``: the smallest, and the fastest of these."""

    speed = "speed"
    balanced = "balanced"
    size = "size"


DEFAULT = Objective.balanced


def objective(word: str) -> Objective:
    """The objective that a user named. Raises UsageError for an unknown word."""
    if word not in list(Objective):
        raise UsageError(f"optimize is {shown(word)}; it must be one of {', '.join(Objective)}")
    return Objective(word)


def trade(goal: Objective, options: Sequence[Sequence[Estimate]], on: Setting) -> Trade:
    """The trade that reaches the goal. ``options`` are the estimates to choose from for every part of the model."""
    if goal is Objective.speed:
        return Trade()
    weighed = [each for each in options if each and each[0].packing is not None]
    readers = Counter(each[0].packing.content for each in weighed if each[0].packing is not None)
    if goal is Objective.size:
        return Trade(math.inf, readers)
    beside = on.streamed - sum(content.array.nbytes for content in readers)
    # Estimates hide most of the time in which weights are read behind the arithmetic, and trust in a last-level cache
    # that others use too. Measured, whole models gain what they do not read (benchmarks.size).
    read = 1 / on.target.cpu.bandwidth.memory if on.streamed > on.target.l2 else 0.0
    return Trade(_price(weighed, Trade(0.0, readers), max(0, beside), read), readers)


def _price(options: Sequence[Sequence[Estimate]], shared: Trade, beside: int, read: float) -> float:
    """The price at which the product of time and size is least, among those at which the model is not much slower.
    ``beside``: bytes of the artifact that no choice changes. ``read``: cycles that a byte less saves. From one price to
    the next, equal parts change."""
    fastest = [min(each, key=shared.cost) for each in options]
    time, size = sum(each.cycles for each in fastest), beside + sum(map(shared.share, fastest))
    most, paid = time * (1 + LOSS), 0.0
    moves = sorted(move for part in options for move in _moves(part, shared))
    for price, equal in groupby(moves, key=_price_of):
        together = list(equal)
        smaller = size - sum(move.bytes for move in together)
        longer = time + sum(move.cycles - read * move.bytes for move in together)
        if longer > most or longer * smaller >= time * size:
            return max(paid, min(price * _BELOW, time / size))
        time, size, paid = longer, smaller, price / _BELOW
    return max(paid, time / size if size else 0.0)


@attrs.frozen(order=True)
class _Move:
    """From ``price`` on, a part takes ``cycles`` more and ``bytes`` less."""

    price: float
    cycles: float
    bytes: float


def _moves(options: Sequence[Estimate], shared: Trade) -> Iterator[_Move]:
    """The changes of a part as the price rises, from its fastest implementation to its smallest."""
    at = min(options, key=shared.cost)
    while True:
        moves = [(_Move(*_change(at, each, shared)), each) for each in options if shared.share(each) < shared.share(at)]
        if not moves:
            return
        move, at = min(moves, key=itemgetter(0))
        yield move


def _price_of(move: _Move) -> float:
    return move.price


def _change(old: Estimate, new: Estimate, shared: Trade) -> tuple[float, float, float]:
    cycles, saved = new.cycles - old.cycles, shared.share(old) - shared.share(new)
    return cycles / saved, cycles, saved
