"""Derives the polynomial coefficients of ``codegen/llvm/math`` by a Remez exchange in 50-digit decimal arithmetic.

``python -m benchmarks.fit_polynomials [name ...]`` prints the coefficients and the error bound of each fit.
"""

from __future__ import annotations

import argparse
import math
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal, getcontext

getcontext().prec = 50
D = Decimal
Function = Callable[[Decimal], Decimal]
ONE, TWO = D(1), D(2)
PI = D("3.14159265358979323846264338327950288419716939937510582097494")
LN2 = TWO.ln()
TINY = D("1e-8")
CENTRE = D("2.4000000953674316")  # the f32 nearest to 2.4


def solve(rows: list[list[Decimal]]) -> list[Decimal]:
    """Gaussian elimination with pivoting; each row ends with its right-hand side."""
    count = len(rows)
    for k in range(count):
        pivot = max(range(k, count), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, count):
            factor = rows[i][k] / rows[k][k]
            if factor:
                rows[i] = [a - factor * c for a, c in zip(rows[i], rows[k], strict=True)]
    found = [D(0)] * count
    for k in reversed(range(count)):
        found[k] = (rows[k][-1] - sum((rows[k][j] * found[j] for j in range(k + 1, count)), D(0))) / rows[k][k]
    return found


def extrema(errors: Sequence[Decimal], wanted: int) -> list[int]:
    """The indices of ``wanted`` alternating extrema of the error curve."""
    picked: list[int] = []
    for i, error in enumerate(errors):
        if picked and (error >= 0) == (errors[picked[-1]] >= 0):
            if abs(error) > abs(errors[picked[-1]]):
                picked[-1] = i
            continue
        picked.append(i)
    while len(picked) > wanted:
        picked.pop(0 if abs(errors[picked[0]]) < abs(errors[picked[-1]]) else -1)
    return picked


def remez(
    samples: Sequence[tuple[Decimal, Decimal, Decimal]], degree: int, fixed: Sequence[Decimal]
) -> tuple[list[Decimal], Decimal]:
    """The coefficients after ``fixed`` of the polynomial nearest to the samples (x, f(x), weight), and the error."""
    first = len(fixed)
    count = degree + 1 - first
    rest = [f - sum((c * x**k for k, c in enumerate(fixed)), D(0)) for x, f, _ in samples]
    last = len(samples) - 1
    chosen = [round(last * (1 - math.cos(math.pi * i / count)) / 2) for i in range(count + 1)]
    best: tuple[list[Decimal], Decimal] = ([], D("Infinity"))
    for _ in range(30):
        rows = []
        for sign, i in enumerate(chosen):
            x, _, weight = samples[i]
            rows.append([*(x ** (first + k) for k in range(count)), D((-1) ** sign) / weight, rest[i]])
        *found, level = solve(rows)
        errors = [
            weight * (r - sum((c * x ** (first + k) for k, c in enumerate(found)), D(0)))
            for (x, _, weight), r in zip(samples, rest, strict=True)
        ]
        worst = max(map(abs, errors))
        if worst < best[1]:
            best = (found, worst)
        following = extrema(errors, count + 1)
        if len(following) < count + 1 or worst <= abs(level) * D("1.0001"):
            break
        chosen = following
    return best


def nearest(value: Decimal, single: bool) -> Decimal:
    """The nearest f32 (or f64)."""
    wide = float(value)
    return D(struct.unpack("<f", struct.pack("<f", wide))[0] if single else wide)


def fit(f: Function, weight: Function, low: Decimal, high: Decimal, degree: int, single: bool) -> None:
    """Print the rounded coefficients of the weighted minimax polynomial: each is rounded, then the rest are fitted
    again."""
    points = [low + (high - low) * D((1 - math.cos(math.pi * (i + 0.5) / 500)) / 2) for i in range(500)]
    samples = [(x, f(x), weight(x)) for x in points]

    def error_of(coefficients: Sequence[Decimal]) -> Decimal:
        return max(abs(w * (y - sum((c * x**k for k, c in enumerate(coefficients)), D(0)))) for x, y, w in samples)

    fixed: list[Decimal] = []
    found: list[Decimal] = []
    while len(fixed) <= degree:
        # without its low powers a basis need not be a Chebyshev system on both sides of 0: keep what is better
        refitted, _ = remez(samples, degree, fixed)
        found = min(refitted, found[1:] or refitted, key=lambda rest: error_of([*fixed, *rest]))
        fixed.append(nearest(found[0], single))
    error = error_of(fixed)
    print(f"  # degree {degree} on [{float(low):.4g}, {float(high):.4g}], error 2^{math.log2(error):.1f}")
    for c in fixed:
        print(f"    {float(c)!r},")


def series(term: Callable[[int], Decimal]) -> Decimal:
    """The sum of the terms 0, 1, 2, … until they vanish."""
    total, k = D(0), 0
    while True:
        t = term(k)
        total += t
        k += 1
        if abs(t) < D("1e-48") and k > 4:
            return total


def erf(x: Decimal) -> Decimal:
    """erf by its Maclaurin series."""
    state = [x]

    def term(k: int) -> Decimal:
        if k:
            state[0] *= -x * x / k
        return state[0] / (2 * k + 1)

    return series(term) * 2 / PI.sqrt()


def tanh(x: Decimal) -> Decimal:
    """(e²ˣ - 1) / (e²ˣ + 1)"""
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def sin(x: Decimal) -> Decimal:
    """The sine by its Maclaurin series."""
    return series(lambda k: (-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1))


def cos(x: Decimal) -> Decimal:
    """The cosine by its Maclaurin series."""
    return series(lambda k: (-1) ** k * x ** (2 * k) / math.factorial(2 * k))


def atan(x: Decimal) -> Decimal:
    """The arc tangent: two halvings of the argument, then the Maclaurin series."""
    for _ in range(3):
        x = x / (1 + (1 + x * x).sqrt())
    return 8 * series(lambda k: (-1) ** k * x ** (2 * k + 1) / (2 * k + 1))


def asin(x: Decimal) -> Decimal:
    """The arc sine through the arc tangent."""
    return atan(x / (1 - x * x).sqrt())


def root(f: Function) -> Function:
    """f as a function of z = x²."""
    return lambda z: f(z.sqrt())


HALF_LN2 = D("0.3475")
SQRT_HALF = D("0.7071") - 1
SQRT_TWO = D("1.4143") - 1
Fit = tuple[Function, Function, Decimal, Decimal, int, bool]


def _exp(degree: int, single: bool) -> Fit:
    return (lambda r: (r.exp() - 1 - r) / r**2, lambda r: r**2 / r.exp(), -HALF_LN2, HALF_LN2, degree, single)


def _log(degree: int, single: bool) -> Fit:
    def log(f: Decimal) -> Decimal:
        return (1 + f).ln()

    return (
        lambda f: (log(f) - f + f * f / 2) / f**3,
        lambda f: abs(f**3 / log(f)),
        SQRT_HALF,
        SQRT_TWO,
        degree,
        single,
    )


def _tanh(degree: int, single: bool) -> Fit:
    return (
        root(lambda x: (tanh(x) / x - 1) / x**2),
        root(lambda x: x**3 / tanh(x)),
        TINY,
        D("0.81"),
        degree,
        single,
    )


def _erf_small(degree: int, single: bool) -> Fit:
    return root(lambda x: erf(x) / x - 1), root(lambda x: x / erf(x)), TINY, ONE, degree, single


def _unmapped(v: Decimal) -> Decimal:
    return 1 / (v + D("0.23")) - 2


FITS: dict[str, Fit] = {
    "log2_wide": (
        lambda f: (1 + f).ln() / LN2 / f,
        lambda f: f * LN2 / (1 + f).ln(),
        SQRT_HALF,
        SQRT_TWO,
        13,
        False,
    ),
    "exp2_wide": (
        lambda r: ((r * LN2).exp() - 1) / r,
        lambda r: r / ((r * LN2).exp() - 1),
        D("-0.5001"),
        D("0.5001"),
        7,
        False,
    ),
    "atanh_double": (
        root(lambda s: (((1 + s) / (1 - s)).ln() / (2 * s) - 1) / s**4 - 1 / (3 * s**2)),
        root(lambda s: s**5 / ((1 + s) / (1 - s)).ln()),
        D("1e-5"),
        D("0.0296"),
        7,
        False,
    ),
    "exp2_double": (
        lambda r: ((r * LN2).exp() - 1) / r,
        lambda r: r / (r * LN2).exp(),
        D("-0.5001"),
        D("0.5001"),
        11,
        False,
    ),
    "sin_wide": (root(lambda x: sin(x) / x), root(lambda x: x / sin(x)), TINY, D("0.618"), 4, False),
    "cos_wide": (root(cos), root(lambda x: 1 / cos(x)), TINY, D("0.618"), 5, False),
    "sin_double": (
        root(lambda x: (sin(x) / x - 1) / x**2),
        root(lambda x: x**3 / sin(x)),
        TINY,
        D("0.618"),
        5,
        False,
    ),
    "cos_double": (
        root(lambda x: (cos(x) - 1 + x**2 / 2) / x**4),
        root(lambda x: x**4 / cos(x)),
        D("1e-5"),
        D("0.618"),
        5,
        False,
    ),
    "asin_wide": (root(lambda x: asin(x) / x), root(lambda x: x / asin(x)), TINY, D("0.2501"), 8, False),
    "atan_wide": (root(lambda x: atan(x) / x), root(lambda x: x / atan(x)), TINY, D("0.1717"), 7, False),
    "exp": _exp(4, True),
    "exp_sigmoid": _exp(5, True),
    "exp_double": _exp(9, False),
    "log": _log(8, True),
    "log_double": _log(20, False),
    "tanh": _tanh(6, True),
    "tanh_double": _tanh(13, False),
    "erf_small": _erf_small(6, True),
    "erf_small_double": _erf_small(12, False),
    "erf_large": (lambda t: 1 - erf(t + CENTRE), lambda t: ONE, 1 - CENTRE, D("3.93") - CENTRE, 15, True),
    # e^(x²) erfc(x) in v = 1 / (x + 2) - 0.23; its error is weighted by erfc's contribution to erf.
    "erfc_double": (
        lambda v: (1 - erf(_unmapped(v))) * (_unmapped(v) ** 2).exp(),
        lambda v: 1 - erf(_unmapped(v)),
        1 / D(8) - D("0.23"),
        1 / D(3) - D("0.23"),
        12,
        False,
    ),
}


def main() -> None:
    """Fit the named polynomials, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to fit (default: all): {', '.join(FITS)}")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in FITS]
    if unknown:
        parser.error(f"no polynomial {', '.join(unknown)}; there are {', '.join(FITS)}")
    for name in arguments.names or FITS:
        print(name)
        fit(*FITS[name])


if __name__ == "__main__":
    main()
