"""Every case; importing this fills the table."""

from __future__ import annotations

from tests.frontends.mxnet import cases_basic, cases_layers
from tests.frontends.mxnet.cases import CASES

MODULES = (cases_basic, cases_layers)

__all__ = ["CASES"]
