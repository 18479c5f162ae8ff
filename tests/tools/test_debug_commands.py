"""dldt debug, as a user meets it: a model on disk, its library, and a command that says what is good."""

from __future__ import annotations

import faulthandler
import io
import json
import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dldt.codegen.host import host_target
from dldt.compiler.errors import InternalError
from dldt.compiler.ir.write import write_ir
from dldt.debug import native_run
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.debug.failure_search import FailureSearch
from dldt.debug.forked import CrashedError, forked
from dldt.passes.pipelines import default_pipeline
from dldt.runtime.array_file import write_arrays
from dldt.runtime.format import read_artifact
from dldt.tools import api, bench, debug, run
from dldt.tools import compile as compile_tool
from tests.debug.small_model import small_inputs, small_model
from tests.tools.test_commands import command, refused


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The IR of the small model, and its inputs."""
    folder = tmp_path_factory.mktemp("model")
    write_ir(small_model(), folder / "small.xml")
    write_arrays(folder / "x.npz", small_inputs())
    return folder / "small.xml", folder / "x.npz"


def test_a_good_model_has_nothing_to_find(model):
    done = command("debug", "bisect", model[0], "--inputs", model[1], "-q")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the library answers as the imported graph does, within 0.0001\n"


def test_a_command_that_calls_a_rewrite_bad_finds_it(model, tmp_path):
    """Bad is an IR with a Swish in it: the rewrite that makes the first one is guilty."""
    (tmp_path / "check.sh").write_text('! grep -q \'type="Swish"\' "$1"\n')
    words = ["debug", "bisect", model[0], "--inputs", model[1], "--check", f"sh {tmp_path}/check.sh {{model}}"]
    done = command(*words)
    assert done.returncode == 5, done.stderr
    first = done.stdout.splitlines()[0]
    assert re.fullmatch(r"application \d+ of \d+ is guilty: fuse-swish at Multiply 'swish'", first)
    assert "good" in done.stderr
    assert "bad" in done.stderr


def test_a_part_that_fails_a_command_is_written_and_taken_up_again(model, tmp_path):
    (tmp_path / "check.sh").write_text('! grep -q \'type="Swish"\' "$1"\n')
    words = ["debug", "reduce", model[0], "--inputs", model[1], "--check", f"sh {tmp_path}/check.sh {{model}}"]
    for remembered in (False, True):
        done = command(*words, "-o", tmp_path / "small.xml", "-q")
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0].startswith("2 nodes fail still (")
        assert ("0 remembered" in lines[0]) != remembered
        assert [line.strip() for line in lines[1:3]] == ["Sigmoid 'gate'", "Multiply 'swish'"]
    assert {"small.xml", "small.bin", "small.npz", "small.journal"} <= {path.name for path in tmp_path.iterdir()}


def test_two_sides_are_compared_tensor_by_tensor(model):
    for other in ("artifact", "opset", "fuse-swish", "fold-constants:1"):
        done = command("debug", "compare", f"{model[0]}@interpreter", f"{model[0]}@{other}", "--inputs", model[1])
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1].startswith("all ")
    done = command(
        "debug", "compare", model[0], f"{model[0]}@openvino", "--inputs", model[1], "--json", "--tolerance", "0"
    )
    assert done.returncode == 5, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert set(found["outputs"]) == {"y", "m"}
    assert found["first"] in found["tensors"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ["compare", "{}@nobody", "{}"],
            1,
            "there is no 'nobody'; after @ stands one of onnxruntime, openvino, t",
        ),
        (["compare", "{}", "none.onnx"], 2, "none.onnx: no such file"),
        (["bisect", "{}", "--check", " "], 1, "--check is empty"),
        (["bisect", "{}", "--check", "no-such-program"], 1, "--check no-such-program: no such file or directory"),
        (["reduce", "{}", "-q"], 1, "nothing to reduce: no output of the whole model fails the check"),
        (["dissect"], 1, "there is no command 'dissect'; there are compare, bisect, reduce, repro"),
    ],
)
def test_what_cannot_be_done_is_refused(model, tmp_path, words, code, message):
    spelled = [word.format(model[0]) if "{}" in word else word for word in words]
    more = ["-o", tmp_path / "r.xml"] if words[0] == "reduce" else []
    refused(command("debug", *spelled, *more), code, message)


def test_a_failure_is_packed_up(model, tmp_path):
    words = ["debug", "repro", model[0], "--inputs", model[1], "--check", "false", "-o", tmp_path / "r.zip"]
    done = command(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"written {tmp_path}/r.zip", "the failure shows with random weights"]
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        assert {"model.xml", "model.bin", "inputs.npz", "env.json", "repro.sh"} <= set(archive.namelist())


def test_the_commands_are_listed(capsys):
    with pytest.raises(SystemExit):
        debug.main(["--help"])
    listed = capsys.readouterr().out
    assert all(name in listed for name in debug.COMMANDS)


def reproducer_of(text):
    path = Path(re.search(r"a reproducer is in (\S+\.zip)", text)[1])
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    finally:
        path.unlink()


def test_a_death_of_llvm_leaves_a_reproducer(model, tmp_path, monkeypatch, capsys):
    """The child process is killed by its first module, as LLVM's aborts kill it."""
    worker = tmp_path / "worker.py"
    worker.write_text("import os, sys\nsys.stdin.buffer.read(4)\nos.abort()\n")
    monkeypatch.setattr("dldt.codegen.object.object_child.WORKER", worker)
    words = [str(model[0]), "-o", str(tmp_path / "m.so"), "-q", "--no-cache"]
    assert compile_tool.main(words) == 4
    told = capsys.readouterr().err
    assert "LLVM's process ended with signal 6" in told
    files = reproducer_of(told)
    assert any(name.endswith(".ll") and b"define" in text for name, text in files.items())
    assert b"InternalError" in files["traceback.txt"]
    assert {"model.xml", "model.bin", "last-good.txt", "env.json", "repro.sh"} <= set(files)


def test_a_crash_of_a_pass_leaves_a_reproducer(model, tmp_path, monkeypatch, capsys):
    from dldt.passes.transforms.fuse_swish import FuseSwish

    def fail(self, match):
        raise ValueError("a planted crash")

    monkeypatch.setattr(FuseSwish, "rewrite", fail)
    assert compile_tool.main([str(model[0]), "-o", str(tmp_path / "m.so"), "-q"]) == 4
    told = capsys.readouterr().err
    assert "internal error: ValueError: a planted crash" in told
    files = reproducer_of(told)
    assert files["pass.txt"] == b"fails in fuse-swish: a planted crash\n"
    assert files["passes.txt"].startswith(b"fuse-swish,")


def test_the_python_api_leaves_a_reproducer(tmp_path, monkeypatch):
    from dldt.passes.transforms.fuse_swish import FuseSwish

    def fail(self, match):
        raise ValueError("a planted crash")

    monkeypatch.setattr(FuseSwish, "rewrite", fail)
    graph = small_model()
    with pytest.raises(InternalError, match="internal error: ValueError: a planted crash\na reproducer is in") as told:
        api.compile_model(graph, tmp_path / "m.so")
    files = reproducer_of(str(told.value))
    assert files["pass.txt"] == b"fails in fuse-swish: a planted crash\n"
    assert b"exec dldt compile model.xml --target host" in files["repro.sh"]
    (tmp_path / "model.xml").write_bytes(files["model.xml"])
    (tmp_path / "model.bin").write_bytes(files["model.bin"])
    with pytest.raises(InternalError, match="a planted crash") as again:
        api.compile_model(tmp_path / "model.xml", tmp_path / "m.so")
    reproducer_of(str(again.value))


def test_an_error_of_the_caller_is_left_as_it_is(tmp_path):
    class EnoughError(Exception):
        pass

    def progress(what, done, total):
        raise EnoughError(what)

    with pytest.raises(EnoughError):
        api.compile_model(small_model(), tmp_path / "m.so", progress=progress)


def dies(*_, **__):
    faulthandler.disable()  # pytest's
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize("what", ["library", "model"])
def test_a_crash_of_a_librarys_code_leaves_a_reproducer(model, tmp_path, monkeypatch, capsys, what):
    """The code of ``dldt run`` ends its process, as a kernel that writes anywhere does."""
    path = model[0] if what == "model" else api.compile_model(small_model(), tmp_path / "m.so").path
    monkeypatch.setattr("dldt.runtime.model.Model.run", dies)
    assert run.main([str(path), "--seed", "3"]) == 4
    told = capsys.readouterr().err
    assert "the library's code was ended by signal 11 (SIGSEGV)" in told
    files = reproducer_of(told)
    assert {"inputs.npz", "library.json", "traceback.txt", "env.json", "repro.sh"} <= set(files)
    assert ("model.xml" in files) == (what == "model")
    assert np.load(io.BytesIO(files["inputs.npz"]))["x"].shape == (1, 4, 12, 12)


def test_code_that_ends_its_process_by_itself_is_told():
    with pytest.raises(CrashedError, match="the code ended its process with code 3"):
        forked(lambda: os._exit(3), "the code")


def test_a_crash_while_it_is_measured_leaves_a_reproducer(model, tmp_path, monkeypatch, capsys):
    dead = subprocess.CompletedProcess([], -signal.SIGSEGV, "", "")
    path = api.compile_model(small_model(), tmp_path / "m.so").path
    monkeypatch.setattr("dldt.tools.bench.subprocess", SimpleNamespace(run=lambda *_, **__: dead))
    assert bench.main([str(path), "-niter", "1"]) == 4
    told = capsys.readouterr().err
    assert "the library's code was ended by signal 11 (SIGSEGV)" in told
    assert "library.json" in reproducer_of(told)


def test_a_library_that_crashes_is_reduced_to_the_node(tmp_path, monkeypatch):
    """Whatever has a Sigmoid crashes; the search names it, and so does a dump with values."""
    real = native_run._run

    def run_or_die(path, inputs):
        if any("Sigmoid" in step.what or "Swish" in step.what for step in read_artifact(path).metadata.steps):
            dies()
        return real(path, inputs)

    monkeypatch.setattr(native_run, "_run", run_or_die)
    verdict = FailureSearch(default_pipeline(), host_target(), small_inputs(), 1e-4).find(small_model())
    assert verdict is not None
    assert verdict.text.startswith("code generation is guilty: the library's code was ended by signal 11 (SIGSEGV), by")
    assert "Sigmoid 'gate'" in verdict.text
    dump = Dump(tmp_path / "d", DumpOptions(values=small_inputs(), only="none"))
    api.compile_model(small_model(), tmp_path / "m.so", observer=dump)
    dump.close()
    assert "link: the library's code was ended by signal 11" in (tmp_path / "d" / "summary.txt").read_text()


def test_a_refusal_leaves_none(tmp_path, capsys):
    (tmp_path / "bad.xml").write_text("<net")
    assert compile_tool.main([str(tmp_path / "bad.xml"), "-o", str(tmp_path / "m.so"), "-q"]) == 2
    assert "reproducer" not in capsys.readouterr().err
