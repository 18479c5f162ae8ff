"""Races of backends that are a few lines long: what fails is reported, the others go on."""

import sys

import numpy as np
import pytest

import dldt
from benchmarks import backend, peers, race
from benchmarks.competitor import Competitor
from dldt.tools.roofline import Peaks

FAKE = """
import json, sys, time
import numpy as np
name, file, inputs, threads, outputs, precision, call = sys.argv[1:]
assert precision in ("f32", "bf16") and call == "plain"
scale, dies = json.loads(open(file).read())
log = open(file + ".log", "a")
time.sleep(0.1 * (name == "openvino"))
if dies == 4:
    print(json.dumps({"failed": "ImportError: no such package"}), flush=True)
    sys.exit()
print("imported", time.monotonic(), file=log, flush=True)
print("{}", flush=True)
for line in sys.stdin:
    if line == "open\\n":
        print("opened", time.monotonic(), file=log, flush=True)
        count = open(file + ".log").read().count("opened")
        if dies == 3 and count == 2:
            print(json.dumps({"failed": "OSError: only once"}), flush=True)
            continue
        np.savez(outputs, scale * np.load(inputs)["x"])
        print(json.dumps({"open_ms": [1, 7, 3][count - 1], "first_ms": 2, "rss_bytes": 3}), flush=True)
        continue
    if dies in (1, 2):
        print(json.dumps({"failed": "OSError: no luck"}), flush=True) if dies == 1 else None
        sys.exit(7)
    print(json.dumps({"times_ms": [scale, 3 * scale, 4 * scale], "rss_bytes": 5}), flush=True)
"""


def run(monkeypatch, tmp_path, precision="f32", openings=1, **backends):
    """The race of backends: a factor of the input, and how each ends."""
    program = tmp_path / "fake.py"
    program.write_text(FAKE)
    real = race.subprocess.Popen
    monkeypatch.setattr(
        race.subprocess, "Popen", lambda words, **options: real([sys.executable, str(program), *words[3:]], **options)
    )
    monkeypatch.setattr(race.time, "sleep", lambda seconds: None)
    competitors = {}
    for name, (scale, dies) in backends.items():
        competitors[name] = Competitor(name, tmp_path / name)
        competitors[name].file.write_text(f"[{scale}, {dies}]")
    inputs = {"x": np.ones(3, np.float32)}
    options = {"rounds": 2, "seconds": 0.1, "precision": precision, "openings": openings}
    return race.race(competitors, inputs, 1, [0], tell=lambda text: None, **options)


def test_all_are_timed(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), onnxruntime=(1, 0), openvino=(1, 0))
    assert rows["dldt"] == {
        "open_ms": 1,
        "first_ms": 2,
        "rss_bytes": 5,
        "error": 0,
        "compared_with": "onnxruntime",
        "median_ms": 3,
        "min_ms": 1,
        "count": 6,
    }


def test_the_median_of_fresh_processes_counts(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, openings=3, dldt=(1, 0), onnxruntime=(1, 0))
    assert [rows[name]["open_ms"] for name in rows] == [3, 3]  # of 1, 7, 3
    assert rows["dldt"]["count"] == 6


def test_nobody_imports_while_another_opens(monkeypatch, tmp_path):
    names = ("dldt", "onnxruntime", "openvino")
    run(monkeypatch, tmp_path, **dict.fromkeys(names, (1, 0)))
    logs = [dict(line.split() for line in (tmp_path / f"{name}.log").read_text().splitlines()) for name in names]
    assert max(float(log["imported"]) for log in logs) < min(float(log["opened"]) for log in logs)


def test_who_cannot_import_is_reported(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), onnxruntime=(1, 0), openvino=("null", 4))
    assert rows["openvino"] == {"failed": "ImportError: no such package"}
    assert rows["dldt"]["count"] == 6


def test_who_fails_to_open_once_has_failed(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, openings=3, dldt=(1, 0), onnxruntime=(1, 0), openvino=(1, 3))
    assert rows["openvino"] == {"failed": "OSError: only once"}
    assert rows["dldt"]["count"] == 6


@pytest.mark.parametrize(("end", "text"), [(1, "OSError: no luck"), (2, "its process ended with 7")])
def test_who_fails_is_reported_and_the_others_go_on(end, text, monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), onnxruntime=(1, end), openvino=(1, 0))
    assert rows["onnxruntime"] == {"failed": text}
    assert rows["dldt"]["count"] == rows["openvino"]["count"] == 6


def test_a_wrong_answer_is_not_timed(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(2, 0), onnxruntime=(1, 0), openvino=(1, 0))
    assert rows["dldt"] == {"failed": "outputs differ from onnxruntime's by 1.0e+00 of max|y|: not timed"}


def test_another_version_must_agree_as_well(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), against=(2, 0), onnxruntime=(1, 0))
    assert rows["against"] == {"failed": "outputs differ from onnxruntime's by 1.0e+00 of max|y|: not timed"}
    assert rows["dldt"]["count"] == 6


def test_two_versions_alone(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), against=(1.00001, 0))
    assert "error" not in rows["dldt"]
    assert rows["against"]["error"] == pytest.approx(1e-5, rel=0.01)
    assert (rows["against"]["compared_with"], rows["against"]["count"]) == ("dldt", 6)


def test_two_versions_that_differ(monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, dldt=(1, 0), against=(2, 0))
    assert rows["against"] == {"failed": "outputs differ from dldt's by 1.0e+00 of max|y|: not timed"}


def test_every_competitor_has_its_interpreter(monkeypatch, tmp_path):
    seen = []

    def start(words, **options):
        seen.append(words[0])
        raise OSError("enough")

    monkeypatch.setattr(race.subprocess, "Popen", start)
    competitors = {"dldt": Competitor("dldt", tmp_path, "another-python")}
    with pytest.raises(OSError, match="enough"):
        race.race(competitors, {}, 1, [0], rounds=1, seconds=0.1, tell=lambda text: None)
    assert seen == ["another-python"]


@pytest.mark.parametrize(("ours", "theirs", "timed"), [(1.01, 1, True), (1.1, 1.2, True), (1.1, 1.05, False)])
def test_in_bf16_ours_may_differ_as_openvino_does(ours, theirs, timed, monkeypatch, tmp_path):
    rows = run(monkeypatch, tmp_path, "bf16", dldt=(ours, 0), onnxruntime=(1, 0), openvino=(theirs, 0))
    assert ("failed" not in rows["dldt"]) == timed


def test_what_the_backend_answers_when_its_model_is_bad(monkeypatch, tmp_path, capsys):
    np.savez(tmp_path / "x.npz", x=np.zeros(1))
    (tmp_path / "bad.so").write_bytes(b"no library")
    monkeypatch.setattr(
        sys, "argv", ["backend", "dldt", str(tmp_path / "bad.so"), str(tmp_path / "x.npz"), "1", "y", "f32", "plain"]
    )
    monkeypatch.setattr(sys, "stdin", iter(()))
    monkeypatch.setattr(backend.sys, "stdin", type("Lines", (), {"readline": staticmethod(lambda: "open\n")}))
    backend.main()
    assert '"failed": "RuntimeLoadError: ' in capsys.readouterr().out.splitlines()[1]


def test_the_shares():
    """2·5e8 operations in 10 ms are 100 GFLOP/s, half of the peak; 60 MB at 12 GB/s take 5 ms more."""
    peaks = Peaks(1, 200.0, 12.0)
    steps = [
        {"flops": 1_000_000_000, "operations": 400_000_000, "bytes": 6, "weights": 0},
        {"flops": 0, "operations": 0, "bytes": 60_000_000, "weights": 60_000_000},
    ]
    row = {
        name: {"median_ms": ms, "min_ms": ms} for name, ms in (("dldt", 10.0), ("onnxruntime", 30), ("openvino", 20))
    }
    found = peers.judge(row, 500_000_000, steps, peaks)
    assert found["ratio"] == 2.0
    assert found["peak_share"] == pytest.approx(0.5)
    assert found["roofline"] == pytest.approx(1.0)
    assert found["roofline_done"] == pytest.approx(0.7)


def test_one_peer_is_enough():
    row = {"dldt": {"median_ms": 2.0, "min_ms": 2.0}, "onnxruntime": {"failed": "no"}, "openvino": {"median_ms": 5.0}}
    assert peers.judge(row, 0, [], Peaks(1, 1.0, 1.0))["ratio"] == 2.5
    row["openvino"] = {"failed": "neither"}
    assert peers.judge(row, 0, [], Peaks(1, 1.0, 1.0))["error"] == "no peer works: no"


def test_the_ratio_to_another_version():
    row = {"dldt": {"median_ms": 2.0, "min_ms": 2.0}, "against": {"median_ms": 2.5}}
    found = peers.judge(row, 0, [], Peaks(1, 1.0, 1.0))
    assert found["against_ratio"] == 1.25
    assert "ratio" not in found
    row |= {"against": {"failed": "no"}, "onnxruntime": {"median_ms": 5.0}}
    found = peers.judge(row, 0, [], Peaks(1, 1.0, 1.0))
    assert (found["ratio"], "against_ratio" in found) == (2.5, False)


@pytest.mark.parametrize("opener", ["dldt", "onnxruntime", "openvino"])
def test_bound_calls_give_what_plain_calls_give(opener, tmp_path):
    onnx = pytest.importorskip("onnx")
    pytest.importorskip(backend.PACKAGES[opener])
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [4]) for name in "xy"]
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[onnx.helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    onnx.save(model, tmp_path / "m.onnx")
    file = tmp_path / "m.onnx"
    if opener == "dldt":
        file, _ = dldt.compile_model(file, tmp_path / "m.so")
    x = np.float32([-1, 2, -3, 4])
    _, run, bind = backend.OPENERS[opener](file, {"x": x}, 1, "f32")
    np.testing.assert_array_equal(run()[0], np.float32([0, 2, 0, 4]))
    bound = bind()
    x[:] = [5, -6, 7, -8]
    answer = bound()
    if opener != "onnxruntime":  # its arrays are its own: the benchmark does not read them
        np.testing.assert_array_equal(next(iter(answer.values())), np.float32([5, 0, 7, 0]))
