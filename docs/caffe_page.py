"""The page of what is imported from Caffe."""

from __future__ import annotations

import re

from dldt.frontends import caffe as frontend
from dldt.frontends.caffe.ops import register
from docs.coverage import coverage_page
from tests.frontends.caffe.answer_nets import NETS
from tests.frontends.caffe.cases import CASES


def caffe() -> str:
    """The layer types of Caffe; what stands before them is the frontend's own description."""
    notes = (frontend.__doc__ or "").partition("\n")[2].strip()
    framework = register()
    cases = [(case.operation, case.oracle) for case in CASES]
    cases += [(type, "BVLC Caffe itself") for net in NETS.values() for type in re.findall(r'type: "(\w+)"', net.text)]
    return coverage_page(framework, [*cases, *((name, "the message") for name in framework.refused)], notes)
