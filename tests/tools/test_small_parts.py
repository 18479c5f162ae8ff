"""Units, percentiles, the progress line, the list of commands."""

import importlib
import io
import sys

import pytest

from dldt.tools import main as dldt_main
from dldt.tools.bench import percentile
from dldt.tools.progress_line import ProgressLine
from dldt.tools.units import bytes_text, count_text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")])
def test_bytes(count, text):
    assert bytes_text(count) == text


@pytest.mark.parametrize(("count", "text"), [(999, "999"), (1500, "1.5 k"), (4_089_284_608, "4.09 G")])
def test_counts(count, text):
    assert count_text(count) == text


def test_percentiles_are_times_that_were_measured():
    times = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(times, p) for p in (0, 50, 80, 81, 99, 100)] == [1.0, 3.0, 4.0, 5.0, 5.0, 5.0]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_drawn_on_a_terminal_and_wiped(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with ProgressLine() as progress:
        progress("kernels", 3, 3)
    text = sys.stderr.getvalue()
    assert "3/3  kernels" in text
    assert text.endswith("\r\x1b[K")


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_progress_is_silent_elsewhere(stream, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream())
    with ProgressLine(enabled=stream is io.StringIO) as progress:
        progress("kernels", 3, 3)
    assert sys.stderr.getvalue() == ""


def test_every_command_has_a_module_and_help(capsys):
    assert dldt_main.main(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in dldt_main.COMMANDS:
        assert f"  {name} " in overview
        with pytest.raises(SystemExit) as left:
            importlib.import_module(f"dldt.tools.{name}").main(["--help"])
        assert left.value.code == 0
        assert capsys.readouterr().out.startswith(f"usage: dldt-{name}" if name == "compile" else f"usage: dldt {name}")


def test_an_unknown_command_is_a_usage_error(capsys):
    assert dldt_main.main(["compyle"]) == 1
    assert "there is no command 'compyle'; there are compile, convert, run" in capsys.readouterr().err
