"""Where a command writes."""

from argparse import Namespace
from pathlib import Path

import pytest

from dldt.compiler.errors import InputError, UsageError
from dldt.tools.output import output_path, require_writable


def options(output_model=None, output_dir=None, model_name=None):
    return Namespace(output_model=output_model, output_dir=output_dir, model_name=model_name)


def test_the_name_comes_from_the_options_or_the_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    model = Path("somewhere/net.onnx")
    assert output_path(options(), model, ".so") == Path("net.so")
    assert output_path(options(output_model="a.so"), model, ".so") == Path("a.so")
    assert output_path(options(output_model="d"), model, ".so") == Path("d/net.so")
    assert output_path(options(output_dir="d", model_name="b"), model, ".xml") == Path("d/b.xml")


def test_contradictions_and_the_model_itself_are_refused(tmp_path):
    model = tmp_path / "net.xml"
    model.touch()
    with pytest.raises(UsageError, match="give -o or --output-dir, not both"):
        output_path(options("a", "b"), model, ".so")
    with pytest.raises(UsageError, match="is the model itself; name another file with -o"):
        output_path(options(output_dir=str(tmp_path)), model, ".xml")
    with pytest.raises(UsageError, match=r"b.xml: .xml is the ending of an IR, which 'dldt convert' writes"):
        output_path(options("b.xml"), model, ".so")


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    with pytest.raises(InputError, match=r"there is no directory .*nowhere; create it first"):
        require_writable(tmp_path / "nowhere" / "a.so")
    with pytest.raises(InputError, match="it is a directory; give a file name"):
        require_writable(tmp_path)
    with pytest.raises(InputError, match=r"cannot write /proc/a.so: .*; choose another place"):
        require_writable(Path("/proc/a.so"))


def test_the_question_leaves_nothing_behind(tmp_path):
    require_writable(tmp_path / "a.so")
    assert not list(tmp_path.iterdir())
