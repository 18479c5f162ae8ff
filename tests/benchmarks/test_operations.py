"""The benchmark of single operations: its table, its rows as models, what it calls wrong, and what it prints."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import operation_chart, operations
from benchmarks.operation_page import page
from benchmarks.operation_race import difference
from benchmarks.operation_row import OperationRow
from benchmarks.operation_rows import expanded, operation_rows
from benchmarks.sessions import onnxruntime_session
from dldt.frontends.formats import FORMATS

REPOSITORY = Path(__file__).parents[2]

NOT_MEASURED = {
    "control": "If Loop Scan SequenceMap",
    "sequences of tensors, which no peer takes as inputs": (
        "ConcatFromSequence Optional OptionalGetElement OptionalHasElement SequenceAt SequenceConstruct SequenceEmpty "
        "SequenceErase SequenceInsert SequenceLength SplitToSequence"
    ),
    "no work: constants, shapes and views": (
        "BitCast Constant ConstantOfShape MelWeightMatrix Range Shape Size Squeeze Unsqueeze"
    ),
    "not of the operation set of the table": "CumProd Scatter Swish TensorScatter Upsample",
    "random numbers, which cannot be compared": (
        "Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike"
    ),
    "composed of operations that have rows": (
        "AffineGrid CenterCropPad Col2Im DFT DeformConv Det EyeLike GlobalLpPool MaxUnpool ReverseSequence STFT"
    ),
    "measured by benchmarks.convolutions --arithmetic u8s8": "QLinearConv QLinearMatMul",
}

MACHINE = {"cpu": "Some CPU", "cores": 2, "python": "3.11.7"}
MACHINE["packages"] = {"dldt": "1.0", "onnxruntime": "1.32.0", "openvino": "2026.4.0"}
TIMES = {"onnxruntime": {"median_ms": 2.0}, "openvino": {"failed": "RuntimeError: no"}}
ROWS = [
    {"row": "fast", "threads": 1, "dldt": {"median_ms": 0.5}, **TIMES, "ratio": 4.0},
    {"row": "slow", "threads": 1, "dldt": {"median_ms": 8.0}, **TIMES, "ratio": 0.25},
    {"row": "wrong", "threads": 1, "dldt": {"failed": "x"}, **TIMES, "error": "x"},
]


def test_every_operation_that_is_imported_is_measured():
    measured = {name for row in operation_rows() for name in row.operations}
    onnx = next(format.reader().framework for format in FORMATS if format.name == "onnx")
    imported = {importer.op_type for importer in onnx.importers() if not importer.domain}
    left_out = {name for names in NOT_MEASURED.values() for name in names.split()}
    assert imported - measured - left_out == set()
    assert left_out & measured == set()


def test_there_are_hundreds_of_rows_each_once():
    texts = [row.text for row in operation_rows()]
    assert len(texts) == len(set(texts)) > 400


def test_alternatives_are_multiplied_or_taken_in_step():
    assert list(expanded("a(1|2)b(x|y)")) == ["a1bx", "a1by", "a2bx", "a2by"]
    assert list(expanded("a(1/2)b(x/y)")) == ["a1bx", "a2by"]
    assert list(expanded("a(1/2)b(x|y)")) == ["a1bx", "a1by", "a2bx", "a2by"]
    assert list(expanded("float[3] x => Relu(x)")) == ["float[3] x => Relu(x)"]
    with pytest.raises(ValueError, match=r"alternatives that are taken in step \(a/b\) are equally many"):
        list(expanded("(1/2)(1/2/3)"))


def test_a_row_is_a_model(tmp_path):
    row = OperationRow("g", "float[2,3] x, int64[1] a={1}, float[3] wb => r = ReduceSum(x, a); y = Add(r, wb)")
    model, feeds = row.model(), row.feeds()
    assert [value.name for value in model.graph.output] == ["y"]
    assert {w.name for w in model.graph.initializer} == {"a", "wb"}
    assert list(feeds) == ["x"]
    (tmp_path / "row.onnx").write_bytes(model.SerializeToString())
    (found,) = onnxruntime_session(tmp_path / "row.onnx", 1).run(None, feeds)
    added = next(np.frombuffer(w.raw_data, np.float32) for w in model.graph.initializer if w.name == "wb")
    np.testing.assert_allclose(found, feeds["x"].sum(1, keepdims=True) + added, rtol=1e-5)


def test_names_tell_what_inputs_hold():
    feeds = OperationRow("g", "float[999] p, int64[999] i5, int32[999] p3, bool[999] c => Identity(p)").feeds()
    assert 0 < feeds["p"].min() < feeds["p"].max() < 1
    assert set(feeds["i5"]) == {0, 1, 2, 3, 4}
    assert set(feeds["p3"]) == {1, 2}
    assert feeds["c"].dtype == np.bool_


def test_an_input_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"'float\[3 x' is no input such as 'float\[1,64\] x'"):
        OperationRow("g", "float[3 x => Relu(x)").model()


def test_outputs_are_compared_with_their_infinities():
    a = np.float32([1, np.inf, np.nan])
    assert difference([a], [a])[0] == 0
    assert np.isnan(difference([np.float32([1, np.inf, 2])], [a])[0])
    assert difference([a[:2]], [a])[0] == np.inf
    assert difference([np.float32([2, 1])], [np.float32([2, 2])]) == (0.5, 1e-4)
    assert difference([np.float16([2])], [np.float16([2])]) == (0, 1e-2)


def test_the_slowest_row_stands_first():
    lines = operations.table(ROWS, 1).splitlines()
    assert [line.split()[-1] for line in lines[3:6]] == ["wrong", "slow", "fast"]
    assert lines[-1] == "2 rows, 1 slower than the faster peer, geometric mean 1.00; 1 failed"


def test_the_faster_peer_counts():
    times = {"dldt": {"median_ms": 2.0}, "onnxruntime": {"median_ms": 4.0}, "openvino": {"median_ms": 3.0}}
    assert operations.judge(times) == {"ratio": 1.5}
    assert operations.judge({**times, "dldt": {"failed": "no"}}) == {"error": "no"}
    none = {"failed": "no"}
    alone = {"dldt": {"median_ms": 2.0}, "onnxruntime": none, "openvino": none}
    assert operations.judge(alone) == {"error": "no peer works: no"}


def test_the_page_has_every_row():
    made = page([{"machine": MACHINE, "target": "x86-64-v3", "rows": ROWS}])
    assert "## `x86-64-v3` on Some CPU" in made
    assert "| 0.25 | 8.0000 | 2.0000 | - | `slow` |\n| 4.00 |" in made


def test_a_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib comes with the benchmarks extra")
    operation_chart.draw({"machine": MACHINE, "rows": ROWS}, tmp_path / "operations.png")
    assert (tmp_path / "operations.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(SystemExit, match="nothing to draw"):
        operation_chart.draw({"machine": MACHINE, "rows": []}, tmp_path / "none.png")


def test_the_command_measures_and_goes_on(tmp_path):
    file = tmp_path / "found.json"
    command = [sys.executable, "-m", "benchmarks.operations", "--only", "*Relu(c)", "--rounds", "1"]
    command += ["--seconds", "0.001", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    (row,) = json.loads(file.read_text())["rows"]
    assert done.returncode == int(row["ratio"] < 1), done.stderr
    assert row["dldt"]["error"] < 1e-5
    again = subprocess.run([*command, "--resume"], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert again.stderr == ""
    assert json.loads(file.read_text())["rows"] == [row]
    nothing = subprocess.run(
        [*command, "--only", "Nothing"], capture_output=True, text=True, cwd=REPOSITORY, check=False
    )
    assert "no row fits --only 'Nothing'" in nothing.stderr
