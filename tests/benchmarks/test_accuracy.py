"""The lines of benchmarks.accuracy: every model has its own, and a broken bound is an exit code."""

import numpy as np
import pytest

from benchmarks import accuracy, caffe, frameworks, models, speech
from benchmarks.check import Check, show_all

WRITTEN = {"caffe": ("*.caffemodel",), "mxnet": ("*-symbol.json",), "kaldi": ("*.raw", "*.nnet", "*.mdl")}


def forms(rows):
    found = {}
    for row in rows:
        found.setdefault(row.name, set()).add(row.form)
    return found


@pytest.mark.parametrize("framework", WRITTEN)
def test_every_model_of_the_folder_has_a_line(framework):
    sources = {
        "caffe": [model.source for model in caffe.MODELS],
        "mxnet": [model.source for model in frameworks.MODELS],
        "kaldi": [model.source for model in speech.MODELS],
    }[framework]
    folder = models.models_folder() / framework
    assert {file for pattern in WRITTEN[framework] for file in folder.rglob(pattern)} <= set(sources)


def test_every_model_is_compared_fixed_free_and_as_ir():
    for found in (forms(caffe.checks("host")), forms(frameworks.checks("mxnet", "host"))):
        assert found
        assert all(made >= {"fixed", "free N", "IR"} for made in found.values())
    for made in forms(speech.checks("host", "python3")).values():
        assert made == {"fixed T", "free T", "stream", "IR free T", "IR stream", "IR free T *", "IR stream *"}


def test_a_line_is_bad_where_it_differs_fails_or_is_no_number(tmp_path, capsys):
    def failing(folder):
        raise ValueError("no such layer\nmore")

    rows = [
        Check("caffe", "good", "fixed", lambda folder: (1e-4, "right")),
        Check("caffe", "bad", "fixed", lambda folder: (1.1e-4, "wrong")),
        Check("caffe", "none", "fixed", lambda folder: (np.nan, "wrong")),
        Check("caffe", "fails", "fixed", failing),
        Check("caffe", "away", "fixed", failing, "not found (away.caffemodel)"),
    ]
    assert show_all(rows, tmp_path) == 3
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].endswith("  right")
    assert "DIFFERS  wrong" in printed[2]
    assert "DIFFERS  wrong" in printed[3]
    assert printed[4].endswith("FAILED           ValueError: no such layer")
    assert printed[5] == f"{'caffe':<8}{'away':<29}not compared: not found (away.caffemodel)"
    assert printed[6] == "4 models compared in 4 lines, 1 not compared, 3 failed (limit 0.0001 of max|y|)"


def test_the_exit_code_says_it(monkeypatch, capsys):
    rows = [Check("caffe", "bad", "fixed", lambda folder: (1.0, "wrong"))]
    monkeypatch.setattr(accuracy.caffe, "checks", lambda target: iter(rows))
    monkeypatch.setattr("sys.argv", ["accuracy", "--framework", "caffe"])
    assert accuracy.main() == 1
    assert "1 failed" in capsys.readouterr().out


def test_a_model_that_is_not_known_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["accuracy", "--framework", "caffe", "--models", "nonesuch"])
    with pytest.raises(SystemExit):
        accuracy.main()
    assert "error: no model nonesuch; there are lpr_fine, lpr_ssd, mtcnn1" in capsys.readouterr().err
