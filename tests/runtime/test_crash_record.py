"""A process that ends in the middle of a run leaves what the run was given, and another one prints the path."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from dldt import runtime

PROGRAM = """
import faulthandler, os, sys
import numpy as np
from dldt import runtime
from dldt.runtime.request_memory import OUTPUTS

def crash(request, *arrays):
    request._words[OUTPUTS] = 8  # the code writes to a table of outputs that is not there
    request.run(*arrays)

model = runtime.load(sys.argv[1], threads=1)
"""


def ended(path, folder, code):
    """The exit code and the messages of a process that runs the code on the artifact."""
    environment = {**os.environ, "DLDT_CRASH_DIR": str(folder), "PYTHONFAULTHANDLER": ""}
    command = [sys.executable, "-c", PROGRAM + code, str(path)]
    # Our end of the pipe closes when the process that watches has ended, too.
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    return done.returncode, done.stderr


def reproducer(told):
    (path,) = re.findall(r"a reproducer is in (\S+\.zip)", told)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_signal_in_the_users_process_leaves_its_inputs(scale_path, tmp_path):
    code, told = ended(
        scale_path,
        tmp_path,
        "model(np.zeros(3, np.float32))\ncrash(model.create_request(), np.arange(5, dtype=np.float32))",
    )
    assert code == -11
    assert "ended while a library's code ran (Segmentation fault)" in told
    files = reproducer(told)
    assert np.load(io.BytesIO(files["inputs.npz"]))["x"].tolist() == [0, 1, 2, 3, 4]
    assert b"in crash" in files["traceback.txt"]
    assert json.loads(files["env.json"])["library"] == str(scale_path)
    assert json.loads(files["library.json"])["inputs"]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    again = subprocess.run([sys.executable, "repro.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert again.stdout == "y float32 (5,)\n"


def test_what_the_state_was_is_kept(adding_path, tmp_path):
    with runtime.load(adding_path) as model:
        (name,) = model.create_request().state
        (info,) = model.inputs
    x = f"np.ones({info.shape}, np.{info.dtype.name})"
    code, told = ended(adding_path, tmp_path, f"r = model.create_request()\nr.run({x})\nr.run({x})\ncrash(r, {x})")
    assert code == -11
    kept = np.load(io.BytesIO(reproducer(told)["states.npz"]))
    assert np.all(kept[name] == 2)


def test_the_child_of_a_fork_is_watched_by_itself(scale_path, tmp_path):
    code, told = ended(
        scale_path,
        tmp_path,
        "x = np.ones(2, np.float32)\nmodel(x)\nchild = os.fork()\nif not child: crash(model.create_request(), x)\n"
        "os.waitpid(child, 0)\nmodel(x)",
    )
    assert code == 0
    assert np.load(io.BytesIO(reproducer(told)["inputs.npz"]))["x"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("end", "code"), [("", 0), ("raise SystemExit(3)", 3), ("os._exit(4)", 4), ("os.kill(os.getpid(), 9)", -9)]
)
def test_an_end_outside_of_a_run_leaves_nothing(scale_path, tmp_path, end, code):
    assert ended(scale_path, tmp_path, f"model(np.zeros(3, np.float32))\n{end}") == (code, "")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_is_forgotten(finding_path, tmp_path):
    """A condition does not hold: an error of the run, no crash."""
    with runtime.load(finding_path, crash_dir=tmp_path / "made") as model:
        (info,) = model.inputs
        with pytest.raises(runtime.DldtRuntimeError):
            model(np.array([1, 9], info.dtype))
        assert not [path for path in (tmp_path / "made").rglob("*.npz")]


def test_what_is_no_folder_is_refused(scale_path, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(runtime.RuntimeInputError, match=r"crash_dir is .*file', which is no folder and cannot be made"):
        runtime.load(scale_path, crash_dir=tmp_path / "file")
    monkeypatch.setenv("DLDT_CRASH_DIR", str(tmp_path / "file"))
    with pytest.raises(runtime.RuntimeInputError, match=r"DLDT_CRASH_DIR is .*file', which is no folder"):
        runtime.load(scale_path)
