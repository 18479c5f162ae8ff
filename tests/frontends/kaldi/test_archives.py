"""Archives: written and read again, and as Kaldi's documentation describes their bytes."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from dldt.compiler.errors import InputError
from dldt.frontends.kaldi.archive import read_archive
from dldt.frontends.kaldi.archive_writer import ArchiveWriter
from tests.frontends.kaldi.written import value


@pytest.fixture
def entries():
    random = np.random.default_rng(3)
    return {key: random.standard_normal((n, 5)).astype(np.float32) for key, n in (("utt1", 7), ("utt-2", 1))}


def write(path, entries, form):
    with open(path, "wb") as file:
        writer = ArchiveWriter(file, form)
        for key, array in entries.items():
            writer.add(key, array)
    return writer


@pytest.mark.parametrize("form", ["binary", "text"])
def test_what_is_written_is_read_again(form, entries, tmp_path):
    given = {**entries, "vector": np.array([1.5, -2.25, 3e-8], np.float32)}
    write(tmp_path / "a.ark", given, form)
    found = dict(read_archive(tmp_path / "a.ark"))
    assert list(found) == list(given)
    for key, array in given.items():
        np.testing.assert_array_equal(found[key], array)


def test_compressed_entries_are_within_a_step(entries, tmp_path):
    write(tmp_path / "a.ark", entries, "compressed")
    assert (tmp_path / "a.ark").read_bytes().startswith(b"utt1 \0BCM2 ")
    for key, array in read_archive(tmp_path / "a.ark"):
        step = (entries[key].max() - entries[key].min()) / 65535
        assert np.abs(array - entries[key]).max() <= step


@pytest.mark.parametrize("form", ["binary", "text", "compressed"])
def test_a_script_names_places(form, entries, tmp_path):
    writer = write(tmp_path / "a.ark", entries, form)
    lines = writer.script(tmp_path / "a.ark").splitlines()[::-1]
    (tmp_path / "a.scp").write_text("\n".join(lines))
    found = dict(read_archive(tmp_path / "a.scp"))
    whole = dict(read_archive(tmp_path / "a.ark"))
    assert list(found) == ["utt-2", "utt1"]
    for key in whole:
        np.testing.assert_array_equal(found[key], whole[key])


def test_doubles_and_bytes_with_and_without_quartiles(tmp_path):
    doubles = np.array([[1.25, -3e-3]])
    bytes_only = b"\0BCM3 " + struct.pack("<ffii", -1.0, 2.0, 1, 3) + bytes([0, 128, 255])
    heads = struct.pack("<4H", 0, 16384, 49152, 65535) + struct.pack("<4H", 0, 0, 65535, 65535)
    columns = bytes([0, 32, 64, 255]) + bytes([64, 128, 192, 200])
    quartiles = b"\0BCM " + struct.pack("<ffii", 0.0, 65535.0, 4, 2) + heads + columns
    path = tmp_path / "a.ark"
    path.write_bytes(b"d \0B" + value(doubles, True, True) + b"b " + bytes_only + b"q " + quartiles)
    found = dict(read_archive(path))
    np.testing.assert_array_equal(found["d"], doubles.astype(np.float32))
    np.testing.assert_allclose(found["b"], [[-1, -1 + 2 * 128 / 255, 1]], atol=1e-6)
    first = [0, 16384 * 32 / 64, 16384, 65535]
    second = [0, 65535 * 64 / 128, 65535, 65535]
    np.testing.assert_allclose(found["q"], np.array([first, second]).T, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a /etc/passwd:3", "lies neither in the folder of the .scp file nor in this one"),
        ("a ../../outside.ark:3", "lies neither in the folder"),
        ("a copy-feats ark:x ark:- |", "commands are not run"),
        ("a x.ark:3[0:5]", "ranges of rows are not known"),
        ("a", "is no key with a file"),
        ("a x\0y.ark:3", "is no name of a file"),
        (f"a {'x' * 5000}.ark:3", "x.ark"),
        ("a ./:4", r"x\.scp, line 1: .* is a directory"),
        ("a x.ark:99", "has 4 bytes, its byte 99 is named"),
    ],
)
def test_scripts_that_are_refused(text, message, tmp_path):
    (tmp_path / "x.ark").write_bytes(b"abcd")
    (tmp_path / "x.scp").write_text(text)
    with pytest.raises(InputError, match=message):
        dict(read_archive(tmp_path / "x.scp"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a \0BFM \4\xff\xff\xff\x7f\4\xff\xff\xff\x7f", "bytes are expected, the file ends"),
        (b"a \0BFM \4\xff\xff\xff\xff\4\1\0\0\0", "a size of -1 is none"),
        (b"a \0BCM \0\0\0\0\0\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f", "bytes are expected, the file ends"),
        (b"a [ 1 2\n 3 ]", "the rows of a matrix differ in length"),
        (b"a [ 1 2", "a list has no ]"),
        (b"a [ 1 x ]", "are no numbers"),
        (b"a \0BXM ", "a vector or a matrix is expected"),
    ],
)
def test_damaged_entries_are_refused(data, message, tmp_path):
    (tmp_path / "x.ark").write_bytes(data)
    with pytest.raises(InputError, match=f"{message}.* in entry 'a'"):
        dict(read_archive(tmp_path / "x.ark"))
