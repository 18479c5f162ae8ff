"""The safe opener and the atomic writer."""

import os
import socket

import pytest

from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular, open_regular, read_regular, unchanged


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"hello")
    with open_regular(path, max_bytes=5, max_links=1) as file:
        assert file.read() == b"hello"
    assert read_regular(path, max_bytes=5) == b"hello"
    assert map_regular(path, max_bytes=5) == b"hello"
    assert map_regular(path, max_bytes=5).readonly


def test_an_empty_file_is_mapped(tmp_path):
    (tmp_path / "a").touch()
    assert map_regular(tmp_path / "a", max_bytes=5) == b""


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a directory, a regular file is needed"):
        open_regular(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: is a named pipe"):
        open_regular(tmp_path / "pipe")


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        with pytest.raises(InputError, match="is a socket"):
            open_regular("sock")


def test_a_device_is_refused():
    with pytest.raises(InputError, match="/dev/null: is a character device"):
        open_regular("/dev/null")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="absent: no such file"):
        open_regular(tmp_path / "absent")


def test_a_large_file_is_refused(tmp_path):
    (tmp_path / "big").write_bytes(bytes(2000))
    with pytest.raises(InputError, match=r"big: has 2,000 bytes, more than the 1,999"):
        open_regular(tmp_path / "big", max_bytes=1999)


def test_links_are_refused_on_request(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "soft").symlink_to("a")
    os.link(tmp_path / "a", tmp_path / "hard")
    with open_regular(tmp_path / "soft") as file:
        assert file.read() == b"x"
    with pytest.raises(InputError, match="soft: is a symbolic link"):
        open_regular(tmp_path / "soft", follow=False)
    with pytest.raises(InputError, match="hard: has 2 hard links, 1 allowed"):
        open_regular(tmp_path / "hard", max_links=1)


def test_a_name_with_nul_is_refused():
    with pytest.raises(InputError, match="not a file name"):
        open_regular("a\0b")


def test_atomic_write_replaces_whole_files(tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["out"]


def test_a_failed_write_leaves_nothing(tmp_path):
    def fail():
        with atomic_write(tmp_path / "out") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert os.listdir(tmp_path) == []


def test_atomic_write_neither_follows_nor_replaces_a_link(tmp_path):
    (tmp_path / "victim").write_bytes(b"safe")
    (tmp_path / "out").symlink_to(tmp_path / "victim")
    with pytest.raises(InputError, match="is a symbolic link"), atomic_write(tmp_path / "out") as file:
        file.write(b"new")
    assert (tmp_path / "victim").read_bytes() == b"safe"
    assert (tmp_path / "out").is_symlink()


def test_where_nothing_can_be_written_the_place_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot write .*none/out: there is no directory .*none; create it first"):
        atomic_write(tmp_path / "none" / "out").__enter__()
    with pytest.raises(InputError, match="it is a directory; give a file name"):
        atomic_write(tmp_path).__enter__()
    with pytest.raises(InputError, match=r"cannot write /proc/out: .*; choose another place"):
        atomic_write("/proc/out").__enter__()


def test_a_small_file_that_is_cut_short_later_stays_as_it_was(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"hello" * 2000)
    content = map_regular(path, max_bytes=1 << 20)
    os.truncate(path, 0)
    assert bytes(content[-5:]) == b"hello"


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"hello")
    with unchanged(path):
        pass
    with (
        pytest.raises(InputError, match="a: the file was changed while it was read; wait until it is whole"),
        unchanged(path),
    ):
        path.write_bytes(b"hell")
