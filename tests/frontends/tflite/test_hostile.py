"""Damaged files are imported, or refused with an error of ours; what is missing is not looked for elsewhere."""

import subprocess
import sys

import pytest

from tests.frontends.tflite.cases import CASES
from tests.frontends.tflite.hostile import mutant, outcome

EXPECTED = ("imported", "InputError", "UnsupportedError", "ShapeError", "BudgetError")
FOREIGN = ("onnx", "tensorflow", "tflite", "flatbuffers", "google.protobuf")


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file(seed, tmp_path):
    assert outcome(mutant(seed), tmp_path) in (
        "imported",
        "InputError",
        "UnsupportedError",
        "ShapeError",
        "BudgetError",
    )


def test_no_package_of_a_framework_is_imported(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(next(case.model for case in CASES if case.name == "CONV_2D/i8-same"))
    code = "import sys; from dldt.tools.api import read_model; read_model(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert not set(FOREIGN) & set(done.stdout.split())
