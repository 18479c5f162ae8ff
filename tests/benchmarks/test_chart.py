"""The chart and the versions of benchmarks.peers, from numbers written by hand."""

import json
import subprocess
import sys

import pytest

from benchmarks import chart, peers

PEERS = {"onnxruntime": "1.32.0", "openvino": "2026.4.0"}
RESULTS = {
    "machine": {"cpu": "Some CPU", "cores": 2, "python": "3.11.7", "packages": {"dldt": "1.0", **PEERS}},
    "models": [
        {"model": "small", "threads": 1, "ratio": 4.0},
        {"model": "large", "threads": 1, "ratio": 1.0},
        {"model": "broken", "threads": 1, "error": "ValueError: outputs differ"},
        {"model": "small", "threads": 2, "ratio": 2.0},
        {"model": "large", "threads": 2, "ratio": 0.5},
    ],
}


def test_a_bar_for_each_model_and_number_of_threads():
    names, series = chart.bars(RESULTS)
    assert names == ["small", "large", "broken"]
    assert series == {1: [4.0, 1.0, None], 2: [2.0, 0.5, None]}


def test_the_title_names_the_machine_and_the_versions():
    assert chart.title(RESULTS) == (
        "dldt 1.0 beside onnxruntime 1.32.0 and openvino 2026.4.0, f32, batch 1\nSome CPU, 2 cores; Python 3.11.7"
    )


def test_a_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib comes with the benchmarks extra")
    from PIL import Image

    source, made = tmp_path / "peers.json", tmp_path / "peers.png"
    source.write_text(json.dumps(RESULTS))
    subprocess.run([sys.executable, "-m", "benchmarks.chart", source, made], check=True)
    with Image.open(made) as picture:
        assert picture.format == "PNG"
        width, height = picture.size
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert 600 <= width <= 3000
    assert 400 <= height <= 1200
    assert {(0x1F, 0x6F, 0x8B), (0xE0, 0x7B, 0x39), (255, 255, 255)} <= colours
    assert made.stat().st_size < 300_000


def test_the_chart_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"a chart needs the benchmarks extra: pip install 'dldt\[benchmarks\]'"):
        chart.require_matplotlib()


def test_the_versions_are_named():
    other = {"peers": False, "against": "dldt 1234567", "target": "x86-64-v3"}
    assert peers.versions(RESULTS | other) == "dldt 1.0; against dldt 1234567; x86-64-v3"
    assert peers.versions(RESULTS) == "dldt 1.0, onnxruntime 1.32.0, openvino 2026.4.0"
