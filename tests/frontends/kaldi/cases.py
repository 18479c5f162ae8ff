"""What each component is compared with, for the page of what is imported."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tests.frontends.kaldi.answer_configs import CONFIGS
from tests.frontends.kaldi.component_cases import COMPONENTS, FORMULA
from tests.frontends.kaldi.inner_cases import INNER
from tests.frontends.kaldi.layer_cases import LAYERS
from tests.frontends.kaldi.models import CASES

DEFINITION = "definition, frame by frame"
KALDI = "Kaldi's own libraries"
_CHAINS = np.load(Path(__file__).with_name("chains.npz"))


def _kinds(proto: str) -> set[str]:
    """The first word of each line, for nnet1 in brackets."""
    return {line.split()[0].strip("<>") for line in proto.splitlines() if "Proto>" not in line.split()[0]}


_REAL = (
    *re.findall(r"type=(\w+)", "\n".join(CONFIGS.values())),
    *(word for key in _CHAINS.files if key.endswith("/text/proto") for word in _kinds(_CHAINS[key].tobytes().decode())),
)
_DESCRIBED = ("Append", "Sum", "Scale", "Const", "Switch", "Failover")

EVALUATED: tuple[tuple[str, str], ...] = (
    *((case.kind.removesuffix("Streams"), FORMULA) for case in (*COMPONENTS, *LAYERS, *INNER)),
    *((name, FORMULA) for name in ("ReadState", "WriteState", "Recurrence")),  # test_inner.py
    *((name, DEFINITION) for name in _DESCRIBED for case in CASES if f"{name}(" in case.config),
    *((name, KALDI) for name in _REAL),
)
"""Operation, and what gave the expected values. Components that are read as other operations are among them."""
