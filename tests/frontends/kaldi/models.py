"""Networks over time: their configuration, the components that they need, and what the outputs are by definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tests.frontends.kaldi.written import Fields, nnet3

_RANDOM = np.random.default_rng(9)


@attrs.frozen
class TimedCase:
    """``context``: how often the first and the last frame of the input stand beyond the ends, as worked out by hand
    from the configuration. ``delay``: frames by which the streaming form may be late at least; None: it has none."""

    name: str
    config: str
    context: tuple[int, int]
    delay: int | None
    functions: dict[str, tuple[int, Callable[[Any], Any]]] = attrs.field(factory=dict)
    components: dict[str, tuple[str, Fields]] = attrs.field(factory=dict)
    ivector: int = 0

    def file(self, binary: bool = True) -> bytes:
        """The network as a file."""
        return nnet3(self.config, self.components, binary)


def _matrix(*shape: int) -> np.ndarray:
    return (_RANDOM.standard_normal(shape) * 0.5).astype(np.float32)


def _affine(out: int, into: int) -> tuple[tuple[int, Any], tuple[str, Fields]]:
    w, b = _matrix(out, into), _matrix(out)
    fields: Fields = [("LearningRate", 0.001), ("LinearParams", w), ("BiasParams", b)]
    return (out, lambda x: w.astype(np.float64) @ x + b), ("AffineComponent", fields)


def _tanh(width: int) -> tuple[tuple[int, Any], tuple[str, Fields]]:
    return (width, np.tanh), ("TanhComponent", [("Dim", width)])


def _with(case: TimedCase, **parts: tuple[tuple[int, Any], tuple[str, Fields]]) -> TimedCase:
    return attrs.evolve(
        case,
        functions={name: part[0] for name, part in parts.items()},
        components={name: part[1] for name, part in parts.items()},
    )


CASES = (
    _with(
        TimedCase(
            "splice",
            """input-node name=input dim=3
component-node name=a component=a input=Append(Offset(input, -2), input, Offset(input, 1))
component-node name=t component=t input=Sum(Offset(a, -1), Scale(0.5, Offset(a, 3)))
output-node name=output input=t objective=linear""",
            (3, 4),
            4,
        ),
        a=_affine(4, 9),
        t=_tanh(4),
    ),
    _with(
        TimedCase(
            "chain",
            """input-node name=input dim=3
component-node name=a component=a input=Append(Offset(input, -1), input, Offset(input, 1))
component-node name=t component=t input=Append(Offset(a, -3), a, Offset(a, 3))
component-node name=o component=o input=Append(Offset(t, -3), t, Offset(t, 6), a)
output-node name=output input=o""",
            (7, 10),
            10,
        ),
        a=_affine(4, 9),
        t=_affine(5, 12),
        o=_affine(2, 19),
    ),
    TimedCase(
        "if_defined",
        """input-node name=input dim=2
output-node name=output input=Append(IfDefined(Offset(input, -3)), IfDefined(Offset(input, 2)), Offset(input, 1))""",
        (0, 1),
        2,
    ),
    TimedCase(
        "failover",
        """input-node name=input dim=2
output-node name=output input=Append(Failover(Offset(input, -2), Const(7.5, 2)), Failover(Offset(input, 2), input))""",
        (0, 0),
        2,
    ),
    TimedCase(
        "switch",
        """input-node name=input dim=2
output-node name=output input=Switch(input, Scale(2.0, Offset(input, -1)), Scale(-1.0, Offset(input, 1)))""",
        (1, 1),
        1,
    ),
    TimedCase(
        "round",
        """input-node name=input dim=2
output-node name=output input=Sum(Round(input, 3), Offset(Round(input, 2), 1))""",
        (2, 1),
        1,
    ),
    _with(
        TimedCase(
            "ivector",
            """input-node name=input dim=3
input-node name=ivector dim=2
component-node name=a component=a input=Append(Offset(input, -1), input, ReplaceIndex(ivector, t, 0))
component-node name=i component=i input=ReplaceIndex(ivector, t, 0)
output-node name=output input=Sum(a, Offset(i, 2)) objective=quadratic
output-node name=second input=Offset(a, 1)""",
            (1, 1),
            1,
            ivector=2,
        ),
        a=_affine(4, 8),
        i=_affine(4, 2),
    ),
    _with(
        TimedCase(
            "recurrent",
            """input-node name=input dim=3
component-node name=a component=a input=Append(Offset(input, -1), input)
component-node name=r component=r input=Append(a, IfDefined(Offset(t, -1)), IfDefined(Offset(t, -3)))
component-node name=t component=t input=r
component-node name=o component=o input=Append(Offset(t, -2), t, Offset(t, 1))
output-node name=output input=o""",
            (3, 1),
            3,
        ),
        a=_affine(3, 6),
        r=_affine(4, 11),
        t=_tanh(4),
        o=_affine(2, 12),
    ),
    _with(
        TimedCase(
            "both_ways",
            """input-node name=input dim=3
component-node name=f component=f input=Append(input, IfDefined(Offset(ft, -1)))
component-node name=ft component=ft input=f
component-node name=b component=b input=Append(input, IfDefined(Offset(bt, 2)))
component-node name=bt component=bt input=b
dim-range-node name=part input-node=bt dim=2 dim-offset=1
output-node name=output input=Append(ft, part)""",
            (0, 0),
            None,
        ),
        f=_affine(4, 7),
        ft=_tanh(4),
        b=_affine(4, 7),
        bt=_tanh(4),
    ),
)
