"""Whatever command meets a fault of ours leaves a reproducer, with the command and where there is one the model."""

from __future__ import annotations

import importlib
import re
import zipfile
from pathlib import Path

import pytest

from dldt.compiler.ir.write import write_ir
from dldt.tools import console, debug, main
from tests.debug.small_model import small_model

SINGLE = [f"dldt.tools.{name}" for name in main.COMMANDS if name != "debug"]
DEBUG = [f"dldt.tools.debug_{name}" for name in debug.COMMANDS]
ALONE = ("dldt.tools.ops",)
"""Commands that read no model."""


class StrangeError(Exception):
    """Of no module that a list of modules would have."""


def fails(arguments):
    raise StrangeError("a planted crash")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "small.xml"
    write_ir(small_model(), path)
    return str(path)


@pytest.mark.parametrize("module", [*SINGLE, *DEBUG])
def test_a_fault_leaves_a_reproducer(module, model, monkeypatch, capsys):
    command = importlib.import_module(module)
    bodies = []

    def run_command(parser, body, argv, *rest, **more):
        bodies.append(body)
        return console.run_command(parser, fails, argv, *rest, **more)

    monkeypatch.setattr(command, "run_command", run_command)
    words = [] if module in ALONE else [model, model] if module.endswith("compare") else [model]
    assert command.main(words) == 4
    assert len(bodies) == 1
    told = capsys.readouterr().err
    assert "internal error: StrangeError: a planted crash" in told
    path = Path(re.search(r"a reproducer is in (\S+\.zip)", told)[1])
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    path.unlink()
    assert b"StrangeError" in files["traceback.txt"]
    assert ("model.xml" in files) == (module not in ALONE)
    assert all(word in files["repro.sh"].decode() for word in words)
