"""What stands at the place of the output stays, what is left behind is told, and file names may be any bytes."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import open_regular
from dldt.tools.arguments import Parser
from dldt.tools.console import run_command
from tests.errors.commands import command, refused
from tests.tools.conftest import DIGITS

MODEL = DIGITS / "digits.onnx"


def written(path):
    with atomic_write(path) as file:
        file.write(b"new")


def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(command("compile", MODEL, "-o", tmp_path / "pipe"), 2, "pipe: it is a named pipe; name a regular file")
    assert (tmp_path / "pipe").is_fifo()


def test_a_device_is_not_replaced():
    with pytest.raises(InputError, match="cannot write /dev/null: it is a character device"):
        written("/dev/null")


@pytest.mark.parametrize("target", ["there", "missing", "link"])
def test_a_link_is_neither_followed_nor_replaced(target, tmp_path):
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(InputError, match=r"link: it is a symbolic link; name the file that it points to, or remove it"):
        written(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_bytes() == b"old"
    assert len(os.listdir(tmp_path)) == 2


def test_a_file_is_replaced(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    written(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_links_that_lead_nowhere_are_called_so(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("nowhere")
    for name, message in (
        ("a", "a: is a loop of symbolic links"),
        ("c", "c: is a symbolic link to nowhere, which does"),
    ):
        with pytest.raises(InputError, match=message):
            open_regular(tmp_path / name)
        refused(command("inspect", tmp_path / name), 2, message)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError, InputError])
def test_what_was_written_before_a_failure_is_told(kind, tmp_path, capsys):
    def body(arguments):
        written(tmp_path / "a.so")
        raise kind("bad")

    assert run_command(Parser("tool", ""), body, [], failed="nothing was written") in (130, 4, 2)
    assert capsys.readouterr().err.endswith(f"{tmp_path / 'a.so'} was written before\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_removes_what_is_half_written(number, tmp_path):
    program = f"""
import os, sys
from dldt.compiler.atomic import atomic_write
from dldt.tools.arguments import Parser
from dldt.tools.console import run_command
def body(arguments):
    with atomic_write({str(tmp_path / "a.so")!r}) as file:
        file.write(bytes(100))
        assert len(os.listdir({str(tmp_path)!r})) == 1
        os.kill(os.getpid(), {int(number)})
sys.exit(run_command(Parser("tool", ""), body, [], failed="nothing was written"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (128 + number, f"ended by {number.name}; nothing was written\n")
    assert os.listdir(tmp_path) == []


def test_file_names_may_be_any_bytes(tmp_path):
    source = os.path.join(os.fsencode(tmp_path), b"m\xff.onnx")
    shutil.copy(MODEL, source)
    model, library = os.fsdecode(source), os.fsdecode(source[:-5] + b".so")
    assert command("compile", model, "-o", library, "-q").returncode == 0
    assert command("inspect", library).returncode == 0
    done = command("run", library)
    assert done.returncode == 0, done.stderr
    assert command("convert", model, "-o", library[:-3] + ".xml", "-q").returncode == 0
    refused(command("run", library + "x"), 2, "m\\udcff.sox: no such file")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DLDT_VERIFY", "maybe", "DLDT_VERIFY is 'maybe'; it must be 0, off, 1 or on"),
        ("DLDT_CODEGEN_TIMEOUT", "soon", "DLDT_CODEGEN_TIMEOUT is 'soon'; it must be a number of seconds above 0"),
        ("DLDT_CODEGEN_TIMEOUT", "nan", "DLDT_CODEGEN_TIMEOUT is 'nan'; it must be a number of seconds above 0"),
        ("DLDT_CACHE", __file__, "it must be a folder, or off"),
    ],
)
def test_variables_with_nonsense_are_refused(name, value, message, monkeypatch, capsys):
    monkeypatch.setenv(name, value)
    assert run_command(Parser("tool", ""), lambda _: 0, []) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert message in shown
