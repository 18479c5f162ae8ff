"""Random numbers with seeds, and Fourier transforms."""

from __future__ import annotations

import numpy as np

from tests.frontends.tensorflow.cases.data import F32, F64, Case, fixed, one

SEEDS = {"seed": 5, "seed2": 9}
LARGE = {"seed": 123456789012, "seed2": 987654321}

CASES = [
    Case("RandomUniform", (fixed(3, 7),), {"dtype": F32, **SEEDS}),
    Case("RandomUniform", (fixed(11),), {"dtype": F32, **LARGE}),
    Case("RandomUniform", (fixed(2, 3),), {"dtype": F64, **SEEDS}),
    Case("RandomUniformInt", (fixed(3, 7), one(-3), one(10)), SEEDS),
    Case("RandomStandardNormal", (fixed(3, 7),), {"dtype": F32, **SEEDS}),
    Case("StatelessRandomUniform", (fixed(3, 5), fixed(7, 8, dtype=np.int64))),
    Case("StatelessRandomUniformInt", (fixed(3, 5), fixed(7, 8), one(2), one(99))),
    Case("StatelessRandomNormal", (fixed(3, 5), fixed(-7, 8, dtype=np.int64))),
    Case(
        "StatelessRandomUniformV2",
        (fixed(3, 5), fixed(77, dtype=np.uint64), fixed(0, 88, dtype=np.uint64), one(1)),
    ),
    Case(
        "StatelessRandomNormalV2",
        (fixed(3, 5), fixed(77, dtype=np.uint64), fixed(0, 88, dtype=np.uint64), one(1)),
    ),
    Case(
        "StatelessRandomUniformIntV2",
        (fixed(3, 5), fixed(77, dtype=np.uint64), fixed(0, 88, dtype=np.uint64), one(1), one(2), one(99)),
    ),
    Case("StatelessRandomGetKeyCounter", (fixed(7, 8),), {}, 2),
]
