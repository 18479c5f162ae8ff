"""Every case; importing this fills the table."""

from __future__ import annotations

from tests.frontends.mxnet import cases_basic, cases_boxes, cases_layers, cases_numpy, cases_quantized
from tests.frontends.mxnet.cases import CASES

MODULES = (cases_basic, cases_boxes, cases_layers, cases_numpy, cases_quantized)

__all__ = ["CASES"]
