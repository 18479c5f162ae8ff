"""The README's numbers, from a file written by hand."""

import copy

import pytest

from benchmarks import readme


def backend(median, opening):
    return {"median_ms": median, "open_ms": opening, "first_ms": 1.0, "rss_bytes": 50 << 20, "file_bytes": 3 << 19}


def row(model, threads, ours, ratio):
    times = {"dldt": backend(ours, 1.0), "onnxruntime": backend(9.0, 99.0), "openvino": backend(8.0, 39.0)}
    return {"model": model, "threads": threads, "ratio": ratio, "roofline": 0.5} | times


RESULTS = {
    "machine": {"cpu": "Some CPU", "cores": 2, "packages": {"dldt": "1", "onnxruntime": "2", "openvino": "3"}},
    "peaks": {"1": {"gflops": 100.4, "gbytes": 20.0}, "2": {"gflops": 200.0, "gbytes": 30.0}},
    "models": [row("a", 1, 2.0, 4.0), row("b", 1, 8.0, 1.0), row("a", 2, 1.0, 8.0)],
}


def tables(text):
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_section():
    text = readme.section(RESULTS)
    assert "Some CPU, 2 cores; batch 1, f32 throughout; dldt 1, onnxruntime 2, openvino 3, interleaved" in text
    plain = " ".join(text.split())
    assert "(1 thread: 100 GFLOP/s, 20 GB/s from memory; 2 threads: 200 GFLOP/s, 30 GB/s from memory)" in plain
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) <= 120
    peers = ["onnxruntime", "OpenVINO", "ratio", "roofline"]
    assert tables(text) == [
        ["model", "dldt, 1 thread", *peers, "dldt, 2 threads", *peers],
        ["a", "2.000", "9.000", "8.000", "4.00", "50%", "1.000", "9.000", "8.000", "8.00", "50%"],
        ["b", "8.000", "9.000", "8.000", "1.00", "50%", "-", "", "", "", ""],
        ["**geometric mean**", "", "", "", "**2.00**", "", "", "", "", "**8.00**", ""],
        ["model", "dldt", *peers[:3], "dldt, MiB", "onnxruntime", "OpenVINO", "dldt, MiB on disk", "ONNX"],
        ["a", "2.0", "100.0", "40.0", "20", "50", "50", "50", "1.5", "1.5"],
        ["b", "2.0", "100.0", "40.0", "20", "50", "50", "50", "1.5", "1.5"],
    ]


def test_what_failed_is_said():
    results = copy.deepcopy(RESULTS)
    results["models"][0]["openvino"] = {"failed": "no", "file_bytes": 3 << 19}
    results["models"][1] = {"model": "b", "threads": 1, "error": "no"}
    found = tables(readme.section(results))
    assert found[1][:6] == ["a", "2.000", "9.000", "failed", "4.00", "50%"]
    assert found[2][:2] == ["b", "failed"]
    assert found[5] == ["a", "2.0", "100.0", "failed", "50", "50", "50", "failed", "1.5", "1.5"]


def test_it_is_put_between_the_marks():
    page = f"head\n{readme.BEGIN}\nold\n{readme.END}\ntail\n"
    assert readme.placed(page, "new", "x") == f"head\n{readme.BEGIN}\n\nnew\n\n{readme.END}\ntail\n"
    with pytest.raises(SystemExit, match=r"page.md has no lines <!-- measured"):
        readme.placed("no marks", "new", "page.md")


def test_our_readme_has_the_marks():
    text = (readme.Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert readme.BEGIN in text.partition(readme.END)[0]
