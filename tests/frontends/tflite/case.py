"""A case: a model made by code, and the calls that are compared with TF Lite's reference kernels."""

import attrs

from tests.frontends.tflite.graphs import Spec, single

ORACLE = "TF Lite's reference kernels"
OPTIMISED = "TF Lite's optimised kernels"


@attrs.frozen
class Case:
    """``calls``: the arrays of the inputs, for each call; ``units``: how far integers may be off; ``rtol``: how far
    floats may be, in parts of the largest; ``oracle``: what gave the expected values, None for arrays of its own."""

    name: str
    operation: str
    model: bytes
    calls: tuple = ()
    units: int = 0
    rtol: float = 2e-6
    oracle: str = ORACLE
    expected: tuple | None = None


def one(operation, inputs, outputs, kind="", *, label="", units=0, rtol=2e-6, expected=None, oracle=ORACLE, **options):
    """A case of one operator."""
    specs = [spec if spec is None or isinstance(spec, Spec) else Spec(spec) for spec in inputs]
    calls = (tuple(spec.array for spec in specs if spec is not None and not spec.constant and not spec.variable),)
    model = single(operation, specs, outputs, kind, **options)
    name = f"{operation}{'/' if label else ''}{label}"
    return Case(name, operation, model, calls, units, rtol, oracle, expected)
