"""Every layer type in small nets, each with what gave the expected values: OpenCV's importer (stored by
``store_opencv.py``), or the formulas of ``formulas.py``. It is read without the project and without OpenCV."""

from __future__ import annotations

from tests.frontends.caffe import cases_from_d, cases_of_detectors, cases_of_flow, cases_of_forks, cases_to_d

CASES = (*cases_to_d.CASES, *cases_from_d.CASES, *cases_of_detectors.CASES, *cases_of_flow.CASES, *cases_of_forks.CASES)
"""All of them."""
