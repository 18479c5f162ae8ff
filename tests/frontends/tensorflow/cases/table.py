"""The families of cases by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.frontends.tensorflow.cases import choosing, drawn, elementwise, shapes, spatial

FAMILIES = {
    module.__name__.rsplit(".", 1)[1]: module.CASES for module in (elementwise, spatial, shapes, choosing, drawn)
}
STORED = Path(__file__).with_name("expected.npz")


def expected():
    """TensorFlow's answers: lists of outputs, a case each, by family."""
    with np.load(STORED) as stored:
        arrays = {key: stored[key] for key in stored.files}
    return {
        name: [[arrays[f"{name}.{i}.{k}"] for k in range(case.outputs)] for i, case in enumerate(cases)]
        for name, cases in FAMILIES.items()
    }
