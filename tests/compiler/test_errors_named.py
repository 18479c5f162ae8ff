"""Errors of the system that tell which file they are about."""

import errno
import os

import pytest

from dldt.compiler.errors_named import errors_named
from dldt.tools.console import explain


def test_a_full_disk_is_told_with_the_file():
    with (
        pytest.raises(OSError, match="No space left") as caught,
        errors_named("dump/pass.txt"),
        open("/dev/full", "w") as file,
    ):
        file.write("x" * 100_000)
    assert caught.value.errno == errno.ENOSPC
    assert explain(caught.value, "dldt") == (2, "error: dump/pass.txt: no space left on device")


def test_a_file_that_is_named_stays(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, errors_named("other"):
        os.stat(tmp_path / "missing")
    assert os.fspath(caught.value.filename) == str(tmp_path / "missing")
