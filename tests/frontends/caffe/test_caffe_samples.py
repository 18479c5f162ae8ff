"""The samples on Caffe nets run, find what is in the picture, and write PNG files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FRUIT = Path(__file__).parents[3] / "examples" / "fruit"


@pytest.mark.parametrize(("script", "out"), [("detect.py", "boxes.png"), ("segment.py", "map.png")])
def test_a_sample_runs(script, out, tmp_path):
    words = [sys.executable, str(FRUIT / script), str(tmp_path / out)]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert (tmp_path / out).read_bytes().startswith(b"\x89PNG")
    if script == "detect.py":
        found, there = re.findall(r"found +(\w+)", shown), shown.partition("there are ")[2].splitlines()[0]
        assert sorted(found) == sorted(re.findall("apple|lime|plum", there))
        return
    assert float(re.search(r"right +([\d.]+)%", shown)[1]) > 95
