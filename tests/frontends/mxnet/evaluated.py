"""What each operation is compared with, for the page of what is imported."""

from __future__ import annotations

from tests.frontends.mxnet.all_cases import CASES

_MXNET = "MXNet 1.9.1"
_LOOPS = (("_cond", 2), ("_foreach", 3), ("_while_loop", 2))
"""They have no case of one node, but nets that MXNet exported (make_control.py)."""
_FORMULAS = (
    *("_contrib_fft", "_contrib_ifft", "_contrib_PSROIPooling", "_contrib_DeformablePSROIPooling"),
    *("_copyto", "_CrossDeviceCopy", "_rnn_param_concat", "_zeros_without_dtype"),
)
"""Those of test_mxnet_formulas.py."""

EVALUATED: tuple[tuple[str, str], ...] = (
    *((case.op, _MXNET) for case in CASES.values()),
    *((name, _MXNET) for name, nets in _LOOPS for _ in range(nets)),
    *((name, "numpy formula") for name in _FORMULAS),
)
"""Operation, and what gave the expected values."""
