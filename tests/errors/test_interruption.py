"""Ctrl-C and a full terminal: nothing is written, nothing is left running, no traceback."""

import os
import pty
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from tests.tools.conftest import DIGITS


def start(tmp_path, **options):
    line = [
        sys.executable,
        "-m",
        "dldt.tools.compile",
        str(DIGITS / "digits.onnx"),
        "-o",
        str(tmp_path / "out" / "a.so"),
    ]
    (tmp_path / "out").mkdir()
    # Who runs the tests in the background hands down an ignored SIGINT.
    wanted = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    # Nothing may come from the cache: then LLVM would not be started at all.
    environment = {**os.environ, "DLDT_CACHE": "off"}
    return subprocess.Popen(line, text=True, preexec_fn=wanted, env=environment, **options)


def children(pid):
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def runs(pid):
    """Whether the process is there and not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_interrupted_while_llvm_works(tmp_path):
    process = start(tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    found = []
    while process.poll() is None and not found:
        found = children(process.pid)
        time.sleep(0.01)
    assert found, "no child process was seen"
    os.kill(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=60)
    assert process.returncode == 130, shown
    assert "Traceback" not in shown
    assert shown.endswith("interrupted; nothing was written\n")
    assert os.listdir(tmp_path / "out") == []
    deadline = time.monotonic() + 30
    while any(map(runs, found)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in found if runs(pid)]


def test_progress_on_a_terminal(tmp_path):
    terminal, end = pty.openpty()
    process = start(tmp_path, stderr=end, stdout=subprocess.DEVNULL)
    os.close(end)
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert process.wait(timeout=60) == 0
    assert b"\r\x1b[K[" in shown
    assert shown.endswith(b"\r\x1b[K")
