"""The measured error of every f32 math function: ``python -m benchmarks.ulp [--exhaustive] [--write docs/math.md]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from benchmarks.math_reference import REFERENCES, measure
from benchmarks.native_math import compile_math, runnable
from dldt.codegen.llvm.math import MATH
from dldt.codegen.target import Target

_CHUNK = 1 << 17
_PAIRS = 1 << 22
# A prime, so that every bit of the pattern varies.
_STRIDE = 251
_DENSE_STRIDE = 13
_DENSE = (np.float32(2.0**-6), np.float32(128.0))


@attrs.frozen
class Row:
    """The worst result of one function on one target."""

    name: str
    target: Target
    error: float
    operands: tuple[float, ...]
    count: int


def patterns(exhaustive: bool) -> Iterator[np.ndarray[Any, Any]]:
    """f32 numbers in parts. Exhaustive: all numbers. Otherwise both ends of every exponent, every 251st bit pattern,
    and every 13th where the functions are neither linear nor constant."""
    if exhaustive:
        yield from _every(1, 0, 1 << 32)
        return
    exponents = np.arange(512, dtype=np.uint32)[:, None] << 23
    mantissas = np.array([0, 1, 0x400000, 0x7FFFFE, 0x7FFFFF], np.uint32)
    yield (exponents | mantissas).ravel().view(np.float32)
    yield from _every(_STRIDE, 0, 1 << 32)
    for sign in (0, 1 << 31):
        low, high = (sign + int(bound.view(np.uint32)) for bound in _DENSE)
        yield from _every(_DENSE_STRIDE, low, high)


def _every(stride: int, low: int, high: int) -> Iterator[np.ndarray[Any, Any]]:
    for start in range(low, high, stride * _CHUNK):
        stop = min(start + stride * _CHUNK, high)
        yield np.arange(start, stop, stride, dtype=np.uint64).astype(np.uint32).view(np.float32)


def pairs(name: str, seed: int = 7) -> Iterator[tuple[np.ndarray[Any, Any], ...]]:
    """Operands of a two-operand function: arbitrary bit patterns, and values of common size."""
    random = np.random.default_rng(seed)
    for _ in range(_PAIRS // _CHUNK):
        drawn = random.integers(0, 1 << 32, (2, _CHUNK), dtype=np.uint64).astype(np.uint32).view(np.float32)
        yield drawn[0], drawn[1]
        x = random.uniform(0.0, 4.0, _CHUNK) * np.sign(random.uniform(-0.2, 1.0, _CHUNK))
        y = np.where(x < 0, random.integers(-20, 20, _CHUNK), random.uniform(-60.0, 60.0, _CHUNK))
        yield x.astype(np.float32), y.astype(np.float32)


def worst(name: str, target: Target, exhaustive: bool) -> Row:
    """Run ``name`` over its samples; returns the worst result."""
    kernel = compile_math(name, target, target.lanes(4))
    samples = pairs(name) if MATH[name] == 2 else ((x,) for x in patterns(exhaustive))
    row = Row(name, target, 0.0, (), 0)
    count = 0
    for operands in samples:
        errors = measure(name, kernel(*operands), *operands)
        count += len(errors)
        at = int(errors.argmax())
        if errors[at] > row.error or not row.operands:
            row = Row(name, target, float(errors[at]), tuple(float(x[at]) for x in operands), 0)
    return attrs.evolve(row, count=count)


def table(rows: list[list[Row]], command: str) -> str:
    """The rows as a page of documentation."""
    targets = [row.target for row in rows[0]]
    lines = [
        "# Errors of the vector math functions",
        "",
        "Largest error of the f32 functions in units of the last place (0.5 is correct rounding), against numpy's",
        f"double functions. Measured by `{command}`, which fails where a bound is broken.",
        "",
        "* The domain is every f32: zeros, denormal numbers, infinities and NaN are among the samples; sin, cos and",
        "  tan reduce arguments of any size exactly. Functions of two operands are measured on random pairs.",
        "* Targets with fused multiply-add (x86-64-v3, x86-64-v4, aarch64) give the same bits, for every vector width.",
        "* Errors marked * are in ulp of the argument: the digits of the result cancel there by definition.",
        "* Of doubles, exp, log, tanh, sigmoid, erf, softplus, pow, sin and cos stay within 2 ulp, swish within 2.4,",
        "  gelu and gelu_tanh within 2 ulp of the argument (`tests/codegen/test_math_double.py`); sqrt, reciprocal",
        "  and the roundings are exact. The other functions have no code for doubles, and are refused by name.",
        "* Gates of recurrent layers take a shorter sigmoid: within 2 ulp for |x| <= 87 (3 where multiply-add is not",
        "  fused), and below 2e-38 or 1 beyond (`tests/codegen/test_gate_sigmoid.py`).",
        "* half and bfloat16 are computed in f32 and rounded once.",
        "",
        "| function | " + " | ".join(t.name for t in targets) + " | bound | without fma | worst at | samples |",
        "|---" * (len(targets) + 5) + "|",
    ]
    for group in rows:
        reference = REFERENCES[group[0].name]
        mark = "*" if reference.of_argument else ""
        errors = " | ".join(f"{row.error:.4f}{mark}" for row in group)
        at = ", ".join(f"{value:.9g}" for value in group[0].operands)
        bounds = f"{reference.bound} | {reference.unfused_bound}"
        lines.append(f"| {group[0].name} | {errors} | {bounds} | {at} | {group[0].count:,} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Measure and print; exit code 1 where a bound is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ulp", description=__doc__)
    parser.add_argument("functions", nargs="*", help="the functions to measure (default: all)")
    parser.add_argument("--exhaustive", action="store_true", help="all 2^32 patterns instead of a sample")
    parser.add_argument("--target", action="append", help="a target to measure (default: all that run here)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table there as well")
    options = parser.parse_args()
    targets = [t for t in reversed(runnable()) if not options.target or t.name in options.target]
    rows, broken = [], 0
    for name in options.functions or REFERENCES:
        group = [worst(name, target, options.exhaustive) for target in targets]
        rows.append(group)
        for row in group:
            bound = REFERENCES[name].bound if row.target.fma else REFERENCES[name].unfused_bound
            broken += row.error > bound
            verdict = "" if row.error <= bound else f"  above its bound {bound}"
            print(f"{name:12} {row.target.name:10} {row.error:.4f} at {row.operands}{verdict}", flush=True)
    if options.write:
        command = " ".join(["python -m benchmarks.ulp", *sys.argv[1:]])
        options.write.write_text(table(rows, command), encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
