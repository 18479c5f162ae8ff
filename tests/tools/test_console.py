"""What every command does with errors: one text, an exit code, no traceback unless asked."""

import errno

import pytest

from dldt.compiler.errors import DldtError, InputError, InternalError, UnsupportedError, UsageError
from dldt.runtime.errors import RuntimeLoadError, RuntimeStateError
from dldt.tools.arguments import Parser
from dldt.tools.console import explain, run_command


def run(error, words=()):
    def body(_):
        if error is not None:
            raise error
        return 0

    return run_command(Parser("tool", ""), body, list(words))


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (None, 0, ""),
        (UsageError("no such option"), 1, "error: no such option\n(see tool --help)\n"),
        (InputError("m.onnx: truncated"), 2, "error: m.onnx: truncated\n"),
        (UnsupportedError("error[E1]: 2 operations\n  A\n  B"), 3, "error[E1]: 2 operations\n  A\n  B\n"),
        (RuntimeLoadError("a.so is empty"), 2, "error: a.so is empty\n"),
        (RuntimeStateError("closed"), 1, "error: closed\n"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.npy"), 2, "error: x.npy: no such file\n"),
        (MemoryError(), 2, "error: out of memory; give the process more, or compile a smaller model\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            ModuleNotFoundError("No module named 'onnx'", name="onnx"),
            1,
            "error: tool needs the compile extra: pip install 'dldt[compile]' (no module onnx)\n",
        ),
        (
            ModuleNotFoundError("No module named 'PIL'", name="PIL"),
            1,
            "error: tool needs the images extra: pip install 'dldt[images]' (no module PIL)\n",
        ),
    ],
)
def test_each_error_has_its_code_and_text(error, code, text, capsys):
    assert run(error) == code
    assert capsys.readouterr().err == text


@pytest.mark.parametrize("error", [ZeroDivisionError("1 / 0"), InternalError("pass x broke the graph")])
def test_a_fault_of_ours_says_so(error, capsys):
    assert run(error) == 4
    shown = capsys.readouterr().err
    assert str(error) in shown
    assert "this is a fault of dldt: please report it" in shown
    assert "Traceback" not in shown


def test_what_the_failure_means_follows_the_message(capsys):
    def body(_):
        raise InputError("bad")

    assert run_command(Parser("tool", ""), body, [], failed="nothing was written") == 2
    assert capsys.readouterr().err == "error: bad\nnothing was written\n"


def test_control_characters_do_not_reach_the_terminal(capsys):
    assert run(InputError("input 'a\x1b[2J\u202e'\n  second line")) == 2
    assert capsys.readouterr().err == "error: input 'a\\x1b[2J\\u202e'\n  second line\n"


def test_debug_shows_the_traceback(capsys):
    assert run(InputError("bad"), ["--debug"]) == 2
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert shown.endswith("error: bad\n")


def test_a_missing_module_of_our_own_is_a_fault_of_ours():
    code, text = explain(ModuleNotFoundError("No module named 'dldt.nowhere'", name="dldt.nowhere"), "tool")
    assert code == 4
    assert "dldt.nowhere" in text


def test_help_and_version_leave_well(capsys):
    for word in ("--help", "--version"):
        with pytest.raises(SystemExit) as left:
            run(None, [word])
        assert left.value.code == 0
    assert "tool 0." in capsys.readouterr().out


def test_an_error_without_a_code_of_its_own_is_internal():
    assert explain(DldtError("odd"), "tool")[0] == 4
