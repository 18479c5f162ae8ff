"""The commands on a real model, as processes of their own; what they compute is compared with onnxruntime."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.codegen.step_models import adding, finding
from tests.errors.commands import command, refused
from tests.tools.conftest import DIGITS

MODEL = DIGITS / "digits.onnx"


def test_compile_prints_what_it_made(digits):
    artifact, done = digits
    assert done.returncode == 0, done.stderr
    assert "features" not in done.stderr
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert rows["written"] == str(artifact)
    assert rows["target"].endswith("; for another machine: --target")
    assert rows["precision"] == "as in the model: nothing was changed"
    assert rows["arena"].split(";")[0] == "known when it runs"
    rows.pop("note", None)  # only where a convolution is summed by Winograd's algorithm
    assert set(rows) == {
        "model",
        "target",
        "kernels",
        "weights",
        "arena",
        "file",
        "choice",
        "precision",
        "time",
        "written",
    }


def test_quiet_prints_nothing(tmp_path):
    done = command("compile", MODEL, "-o", tmp_path / "a.so", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_same_model_gives_the_same_file(digits, tmp_path):
    """Byte for byte, however many threads compile it; the file's name is in it."""
    command("compile", MODEL, "-o", tmp_path / "digits.so", "--threads", "1", "-q")
    assert (tmp_path / "digits.so").read_bytes() == digits[0].read_bytes()


def test_run_agrees_with_onnxruntime(digits, pictures, tmp_path):
    words = ["--input", pictures / "images.npy", "--expect", pictures / "expected.npz", "-o", tmp_path / "out.npz"]
    done = command("run", digits[0], *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok      digit: largest error" in done.stdout
    written = np.load(tmp_path / "out.npz")["digit"]
    np.testing.assert_allclose(written, np.load(pictures / "expected.npz")["digit"], atol=1e-5)


def test_run_compiles_a_model_first(pictures):
    done = command("run", MODEL, "-i", f"image={pictures / 'images.npy'}", "--expect", pictures / "expected.npz")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compiled " in done.stderr


def test_run_says_when_outputs_differ(digits, pictures, tmp_path):
    wrong = np.load(pictures / "expected.npz")["digit"].copy()
    wrong[7, 3] += 0.5
    np.savez(tmp_path / "wrong.npz", digit=wrong)
    done = command("run", digits[0], "-i", pictures / "images.npy", "--expect", tmp_path / "wrong.npz")
    assert done.returncode == 5
    assert "FAILED  digit: largest error 0.5" in done.stdout


def test_run_prints_the_largest_with_labels(digits, pictures, tmp_path):
    """A picture of a seven, say, has its name first."""
    images, labels = (np.load(DIGITS / "test_images.npz")[name] for name in ("images", "labels"))
    np.save(tmp_path / "one.npy", images[:1])
    names = [f"digit-{number}" for number in range(10)]
    (tmp_path / "labels.txt").write_text("\n".join(names))
    done = command("run", digits[0], "-i", tmp_path / "one.npy", "--top", "2", "--labels", tmp_path / "labels.txt")
    lines = done.stdout.splitlines()
    assert lines[1] == "  top:" or lines[1] == "  row 0:"
    assert lines[2].split()[-1] == names[labels[0]]
    assert len(lines) == 4


def test_bench_refuses_the_shape_of_no_input(digits):
    done = command("bench", digits[0], "-shape", "picture[4,1,8,8]")
    refused(done, 1, "--shape: the model has no input picture; its inputs are 'image'")


def test_bench_gives_real_numbers(digits):
    done = command("bench", digits[0], "-niter", "20", "-nthreads", "1", "-shape", "image[4,1,8,8]", "--json", "-")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    latency = report["latency_ms"]
    assert report["iterations"] == 20
    assert report["threads"] == 1
    assert report["inputs"] == {"image": ["float32", [4, 1, 8, 8]]}
    assert 0 < latency["min"] <= latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]
    assert report["inferences_per_second"] == pytest.approx(20 / report["duration_ms"] * 1e3)
    assert report["inferences_per_second"] <= 1e3 / latency["mean"]
    assert report["load_ms"] > 0
    assert report["first_inference_ms"] > 0
    assert report["peak_rss_bytes"] > 1 << 20
    assert report["file_bytes"] == digits[0].stat().st_size


def test_bench_runs_requests_side_by_side(digits):
    done = command("bench", digits[0], "-niter", "10", "-nireq", "3", "--json", "-")
    report = json.loads(done.stdout)
    assert (report["requests"], report["iterations"]) == (3, 12)


def test_bench_shares_the_time_out_among_the_steps(digits):
    report = json.loads(command("bench", digits[0], "-niter", "5", "--profile", "--json", "-").stdout)
    assert any("Convolution" in step["what"] for step in report["steps"])
    assert all(step["ms"] >= 0 for step in report["steps"])
    lines = command("bench", digits[0], "-niter", "5", "-pc").stdout.split("\n\n")[1].splitlines()
    assert lines[0].split() == ["ms", "share", "GFLOP/s", "step"]
    assert len(lines) == 1 + len(report["steps"])


def test_bench_prints_a_report_and_writes_it(digits, tmp_path):
    done = command("bench", "-m", digits[0], "-t", "0.1", "--json", tmp_path / "a.json")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "inputs",
        "dims",
        "threads",
        "count",
        "latency",
        "throughput",
        "load",
        "first",
        "memory",
    ]
    assert json.loads((tmp_path / "a.json").read_text())["model"] == str(digits[0])


def test_inspect_a_library(digits):
    found = json.loads(command("inspect", digits[0], "--verify", "--json").stdout)
    assert found["inputs"] == ["image: f32[N,1,8,8]"]
    assert found["outputs"] == ["digit: f32[N,10]"]
    assert found["free_dims"] == ["N in 0.."]
    assert found["runs_here"] == "yes"
    assert found["hashes"] == "compared: they agree"
    assert found["arena_bytes"] is None


def test_inspect_shows_conditions_and_state_variables(tmp_path):
    found = json.loads(command("inspect", finding().build(tmp_path / "f.so"), "--json").stdout)
    assert found["conditions"] == ["node 'find': x[1] = ? must be at most ?"]
    assert found["states"] == []
    found = json.loads(command("inspect", adding().build(tmp_path / "a.so"), "--json").stdout)
    assert found["conditions"] == []
    assert found["states"] == ["total: i64[?]"]


def test_inspect_a_model():
    """By hand: 8·8·12·9 + 4·4·24·108 + 384·10 multiply-adds a picture; 12·9 + 12 + 24·108 + 24 + 3840 + 10 weights."""
    found = json.loads(command("inspect", MODEL, "--json").stdout)
    assert found["inputs"] == ["image: f32[N,1,8,8]"]
    assert found["multiply_adds"] == f"{8 * 8 * 12 * 9 + 4 * 4 * 24 * 108 + 3840}*N"
    assert found["parameters"] == 108 + 12 + 2592 + 24 + 3840 + 10
    assert found["operations"]["Convolution"] == 2


def test_convert_writes_what_openvino_reads(pictures, tmp_path):
    openvino = pytest.importorskip("openvino")
    done = command("convert", MODEL, "-o", tmp_path / "d.xml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        f"[ SUCCESS ] XML file: {tmp_path / 'd.xml'}",
        f"[ SUCCESS ] BIN file: {tmp_path / 'd.bin'}",
    ]
    compiled = openvino.Core().compile_model(tmp_path / "d.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    outputs = compiled(np.load(pictures / "images.npy"))
    np.testing.assert_allclose(outputs[0], np.load(pictures / "expected.npz")["digit"], atol=1e-5)


def test_an_ir_compiles_to_the_same_outputs(digits, pictures, tmp_path):
    assert command("convert", MODEL, "-o", tmp_path / "d.xml").returncode == 0
    for model in (digits[0], tmp_path / "d.xml"):
        done = command("run", model, "-i", pictures / "images.npy", "-o", tmp_path / f"{model.suffix}.npz")
        assert done.returncode == 0, done.stderr
    direct, through = (np.load(tmp_path / f"{suffix}.npz")["digit"] for suffix in (".so", ".xml"))
    assert direct.tobytes() == through.tobytes()


def test_the_old_spellings_work(tmp_path):
    words = ["--input_model", MODEL, "--input_shape", "[2,1,8,8]", "--output_dir", tmp_path, "--model_name", "old"]
    done = command("convert", *words, "--mean_values", "(0.5)", "--silent")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert sorted(os.listdir(tmp_path)) == ["old.bin", "old.xml"]
    assert json.loads(command("inspect", tmp_path / "old.xml", "--json").stdout)["inputs"] == ["image: f32[2,1,8,8]"]


def test_batch_replaces_the_first_dim(tmp_path):
    assert command("convert", MODEL, "-b", "3", "-o", tmp_path / "b.xml").returncode == 0
    assert json.loads(command("inspect", tmp_path / "b.xml", "--json").stdout)["inputs"] == ["image: f32[3,1,8,8]"]


def test_ops_lists_what_is_imported():
    done = command("ops", "--framework", "onnx")
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[:-1])
    assert "Conv" in rows
    assert f"{len(rows)} operations" == done.stdout.splitlines()[-1]
    assert "Convolution" in command("ops", "--framework", "ir").stdout
    unknown = command("ops", "--framework", "nonesuch")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "no framework is called 'nonesuch'; there are: onnx, ir" in unknown.stderr


def test_passes_are_listed_in_order():
    names = [line.split()[1] for line in command("compile", "--list-passes").stdout.splitlines()]
    assert len(names) > 20
    assert names.index("fuse-linear") < names.index("fold-scale-into-weights")


def test_a_reader_that_leaves_is_no_error(digits):
    line = f"{sys.executable} -m dldt.tools.ops | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "141")


def test_a_dump_has_every_change_and_every_kernel(tmp_path):
    words = ["compile", MODEL, "-q", "--scale-values", "(2)", "-o", tmp_path / "a.so", "--dump"]
    for folder in ("one", "two"):
        assert command(*words, tmp_path / folder).returncode == 0
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    names = [str(name) for name in files]
    assert "passes/000-import-imported/after.xml" in names
    folders = sorted({name.split("/")[1] for name in names if name.startswith("passes/")})
    assert [int(folder[:3]) for folder in folders] == sorted({int(folder[:3]) for folder in folders})
    assert any("-graph-fold-input-affine-into-weights" in folder for folder in folders)
    assert any("-code-implementations" in folder for folder in folders)
    for suffix in (".loops.txt", ".ll", ".s"):
        assert any(name.endswith(suffix) for name in names), suffix
    for name in names:
        if name == "times.js":
            continue
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_dump_only_replaces_a_dump(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    done = command("convert", MODEL, "-o", tmp_path / "a.xml", "--dump", tmp_path / "mine")
    refused(done, 1, "the directory is not empty and holds no dump; name a new directory")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep me"
    for _ in range(2):
        assert command("convert", MODEL, "-o", tmp_path / "a.xml", "--dump", tmp_path / "new").returncode == 0


def test_stopping_early_and_leaving_out_passes_still_compiles(pictures, tmp_path):
    words = ["--stop-after", "fold-constants", "--disable-pass", "simplify-*"]
    assert command("compile", MODEL, "-o", tmp_path / "a.so", "-q", *words).returncode == 0
    done = command("run", tmp_path / "a.so", "-i", pictures / "images.npy", "--expect", pictures / "expected.npz")
    assert done.returncode == 0, done.stdout + done.stderr
