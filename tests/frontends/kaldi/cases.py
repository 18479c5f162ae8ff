"""What each component is compared with, for the page of what is imported."""

from __future__ import annotations

from tests.frontends.kaldi.component_cases import COMPONENTS, FORMULA
from tests.frontends.kaldi.inner_cases import INNER
from tests.frontends.kaldi.layer_cases import LAYERS
from tests.frontends.kaldi.models import CASES

DEFINITION = "definition, frame by frame"
KALDI = "Kaldi's own libraries"
_REAL = ("NaturalGradientAffineComponent", "TdnnComponent", "LinearComponent", "TimeHeightConvolutionComponent")
_REAL = (*_REAL, "LstmNonlinearityComponent", "BackpropTruncationComponent", "LogSoftmaxComponent", "PnormComponent")
_REAL = (*_REAL, "NormalizeComponent", "RectifiedLinearComponent", "SigmoidComponent", "TanhComponent", "NoOpComponent")
_DESCRIBED = ("Append", "Sum", "Scale", "Const", "Switch", "Failover")

EVALUATED: tuple[tuple[str, str], ...] = (
    *((case.kind.removesuffix("Streams"), FORMULA) for case in (*COMPONENTS, *LAYERS, *INNER)),
    *((name, FORMULA) for name in ("ReadState", "WriteState", "Recurrence")),  # test_inner.py
    *((name, DEFINITION) for name in _DESCRIBED for case in CASES if f"{name}(" in case.config),
    *((name, KALDI) for name in _REAL),
)
"""Operation, and what gave the expected values."""
