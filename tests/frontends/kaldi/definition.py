"""nnet3 by its definition: the value of a node at one frame, or None where it cannot be computed.

It is written from Kaldi's documentation of descriptors, and shares nothing with the importer: an expression is a
function of the frame, evaluated frame by frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

HORIZON = 25
"""Frames further away are not looked at: no input has them."""
Frame = Callable[[int], Any]


@attrs.frozen
class Expr:
    """A function of the frame, and the width of what it gives."""

    at: Frame
    width: int


def _all(parts: list[Any]) -> bool:
    return all(part is not None for part in parts)


def append(*xs: Expr) -> Expr:
    def at(t: int) -> Any:
        parts = [x.at(t) for x in xs]
        return np.concatenate(parts) if _all(parts) else None

    return Expr(at, sum(x.width for x in xs))


def total(*xs: Expr) -> Expr:
    def at(t: int) -> Any:
        parts = [x.at(t) for x in xs]
        return sum(parts) if _all(parts) else None

    return Expr(at, xs[0].width)


def if_defined(x: Expr) -> Expr:
    def at(t: int) -> Any:
        found = x.at(t)
        return np.zeros(x.width) if found is None else found

    return Expr(at, x.width)


def failover(x: Expr, y: Expr) -> Expr:
    def at(t: int) -> Any:
        found = x.at(t)
        return y.at(t) if found is None else found

    return Expr(at, x.width)


def scale(by: float, x: Expr) -> Expr:
    def at(t: int) -> Any:
        found = x.at(t)
        return None if found is None else by * found

    return Expr(at, x.width)


FUNCTIONS: dict[str, Any] = {
    "Append": append,
    "Sum": total,
    "IfDefined": if_defined,
    "Failover": failover,
    "Scale": scale,
    "Const": lambda v, d: Expr(lambda t: np.full(d, float(v)), d),
    "Offset": lambda x, n, _=0: Expr(lambda t: x.at(t + n), x.width),
    "Round": lambda x, m: Expr(lambda t: x.at(t // m * m), x.width),
    "Switch": lambda *xs: Expr(lambda t: xs[t % len(xs)].at(t), xs[0].width),
    "ReplaceIndex": lambda x, which, value: Expr(lambda t: x.at(value if which == "t" else t), x.width),
    "t": "t",
    "x": "x",
}


def outputs(
    config: str,
    functions: Mapping[str, tuple[int, Callable[[Any], Any]]],
    inputs: Mapping[str, np.ndarray],
    context: tuple[int, int],
) -> dict[str, np.ndarray]:
    """What the output nodes of ``config`` give for frames 0 to T - 1. ``functions``: of each component its width, and
    what it makes of a frame. ``context``: how many times the first and the last frame are repeated around ``input``."""
    frames = len(inputs["input"])
    names: dict[str, Any] = dict(FUNCTIONS)
    found: dict[str, np.ndarray] = {}
    lines = [line.split(" ", 1) for line in config.strip().splitlines()]
    pairs = [(kind, dict(_pairs(rest))) for kind, rest in lines]
    for kind, given in pairs:
        if kind == "input-node":
            names[given["name"]] = _input(inputs[given["name"]], *(context if given["name"] == "input" else (0, 0)))
    for kind, given in pairs:
        if kind in ("component-node", "dim-range-node"):
            width = int(given["dim"]) if kind == "dim-range-node" else functions[given["component"]][0]
            names[given["name"]] = _node(given, names, functions, width)
    for kind, given in pairs:
        if kind == "output-node":
            expression = eval(given["input"], {}, names)
            found[given["name"]] = np.array([expression.at(t) for t in range(frames)], np.float32)
    return found


def _pairs(rest: str) -> list[tuple[str, str]]:
    made: list[list[str]] = []
    for word in rest.split(" "):
        key, equals, value = word.partition("=")
        if equals:
            made.append([key, value])
        else:
            made[-1][1] += word
    return [(key, value) for key, value in made]


def _input(x: np.ndarray, before: int, after: int) -> Expr:
    def at(t: int) -> Any:
        inside = -before <= t < len(x) + after
        return x[min(max(t, 0), len(x) - 1)].astype(np.float64) if inside else None

    return Expr(at, x.shape[1])


def _node(given: dict[str, str], names: dict[str, Any], functions: Mapping[str, Any], width: int) -> Expr:
    known: dict[int, Any] = {}

    def make(t: int) -> Any:
        if "input-node" in given:
            whole = names[given["input-node"]].at(t)
            start = int(given["dim-offset"])
            return None if whole is None else whole[start : start + width]
        frame = eval(given["input"], {}, names).at(t)
        return None if frame is None else functions[given["component"]][1](frame)

    def at(t: int) -> Any:
        if t not in known:
            known[t] = make(t) if -HORIZON < t < HORIZON else None
        return known[t]

    return Expr(at, width)
