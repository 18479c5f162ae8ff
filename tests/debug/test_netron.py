"""Every IR of a dump opens in Netron's own reader, run by node."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.tools import api
from tests.debug.small_model import small_model

READER = Path(__file__).with_name("read_with_netron.mjs")


def netron_folder() -> Path:
    """Where Netron's scripts are: DLDT_NETRON, or the Python package. Skips, loudly, without them or without node."""
    spec = importlib.util.find_spec("netron")
    found = os.environ.get("DLDT_NETRON") or (Path(spec.origin).parent if spec and spec.origin else "")
    missing = [name for name, there in (("node", shutil.which("node")), ("netron", found)) if not there]
    if missing:
        warnings.warn(f"the dump's IR is NOT opened in Netron: there is no {' and no '.join(missing)}", stacklevel=2)
        pytest.skip(f"no {' and no '.join(missing)} (pip install netron; Node.js 20)")
    return Path(found)


def opened(files):
    words = ["node", "--no-warnings", "--experimental-default-type=module", READER, netron_folder(), *files]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_ir_of_a_dump_opens_in_netron(tmp_path):
    netron_folder()
    dump = Dump(tmp_path / "d", DumpOptions(weights="full"))
    api.compile_model(small_model(), tmp_path / "m.so", observer=dump)
    dump.close()
    files = sorted((tmp_path / "d").rglob("*.xml"))
    assert len(files) >= 7
    found = opened(files)
    assert [entry["file"] for entry in found] == list(map(str, files))
    assert all(entry["nodes"] >= 3 and entry["inputs"] == 1 and entry["data"] >= 1 for entry in found)


def test_a_file_that_is_no_ir_does_not_open(tmp_path):
    netron_folder()
    (tmp_path / "x.xml").write_text("<other/>")
    with pytest.raises(AssertionError, match="File format is not OpenVINO IR"):
        opened([tmp_path / "x.xml"])
