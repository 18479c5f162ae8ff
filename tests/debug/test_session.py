"""What docs/debugging.md shows of its session is what the commands print."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dldt.runtime.array_file import write_arrays
from tests.debug.session import run
from tests.frontends.models import model_path

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "debugging.md").read_text(encoding="utf-8")


def test_the_page_shows_what_is_printed(tmp_path, capsys, monkeypatch):
    model = model_path("onnx/ppocr/ch_PP-OCRv4_det_infer.onnx")
    write_arrays(tmp_path / "x.npz", {"x": np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)})
    monkeypatch.chdir(tmp_path)
    size = ["--input", "x[1,3,64,64]"]
    assert run(["debug", "bisect", str(model), "--inputs", "x.npz", "-q", *size]) == 5
    printed = capsys.readouterr().out
    first, *rest = printed.splitlines()
    assert first in PAGE
    assert all(line in PAGE for line in rest if not line.startswith("output "))  # the last digits depend on the machine
    assert run(["debug", "reduce", str(model), "--inputs", "x.npz", "-q", *size]) == 0
    assert "  Add 'p2o.Add.30'\n" in capsys.readouterr().out
    assert "  Add 'p2o.Add.30'\n" in PAGE
    assert run(["debug", "compare", f"{model}@interpreter", f"{model}@flip-sign:1", "--inputs", "x.npz"]) == 5
    assert "first divergence: 'p2o.Add.31'" in capsys.readouterr().out
