import hashlib
import json
import os
import socket
import struct

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.target import TARGETS
from dldt.runtime import cpu
from dldt.runtime.format import read_artifact
from dldt.runtime.image import Image
from tests.codegen.artifact import build_scale

NOTE_HEAD = struct.pack("<III8s", 5, 200, 1, b"DLDT\0\0\0\0")


def refusal(path, **options):
    with pytest.raises(runtime.RuntimeLoadError) as caught:
        runtime.load(path, **options)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def write(tmp_path):
    def write(data, name="m.so"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """An artifact whose metadata has room for more, however many features this processor makes it list."""
    return build_scale(tmp_path_factory.mktemp("data") / "m.so", spare=" " * 400).read_bytes()


def patched(data, changes):
    """``data`` with the bytes at the offsets in ``changes`` replaced and the head's hash made right again."""
    body = bytearray(data)
    for offset, piece in changes.items():
        body[offset : offset + len(piece)] = piece
    note = body.index(NOTE_HEAD)
    code = int.from_bytes(body[note + 20 + 40 : note + 20 + 48], "little")
    hashes = slice(note + 20 + 104, note + 20 + 200)
    blank = bytearray(body[:code])
    blank[hashes] = bytes(96)
    body[hashes.start : hashes.start + 32] = hashlib.sha256(blank).digest()
    return bytes(body)


def with_metadata(data, change):
    """``data`` with its metadata changed and padded by spaces to the same size."""
    note = data.index(NOTE_HEAD) + 20
    offset, size = struct.unpack_from("<QQ", data, note + 24)
    metadata = json.loads(data[offset : offset + size])
    del metadata["spare"]
    change(metadata)
    text = json.dumps(metadata, separators=(",", ":")).encode()
    assert len(text) <= size
    return patched(data, {offset: text.ljust(size)})


def test_no_file(tmp_path):
    assert refusal(tmp_path / "no.so") == f"there is no file {tmp_path}/no.so"
    assert refusal("a\0b") == "cannot open 'a\\x00b': embedded null byte"


def test_what_is_no_file(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path} is a directory, not an artifact"
    os.mkfifo(tmp_path / "fifo")
    assert refusal(tmp_path / "fifo") == f"{tmp_path}/fifo is not a regular file"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert refusal(tmp_path / "s").startswith(f"cannot open '{tmp_path}/s'")


def test_other_formats(write):
    assert refusal(write(b"")).endswith("m.so is empty; copy or compile it again")
    assert refusal(write(b"hello")).endswith("m.so is not an artifact: it is no ELF file")
    assert refusal(write(b"<?xml version='1.0'?><net/>")).endswith(
        "is not an artifact but an XML file; compile it first: dldt-compile MODEL -o model.so"
    )
    assert refusal(write(b"\x08\x07\x12\x07pytorch")).endswith(
        "if it is an ONNX model, compile it first: dldt-compile MODEL -o model.so"
    )


def test_truncated_anywhere(data, write):
    page = 4096
    lengths = {1, 3, 4, 20, 63, 64, 65, 100, 567, 568, 1600, len(data) - 1}
    lengths |= {length + step for length in range(page, len(data), page) for step in (-1, 0, 1)}
    lengths |= set(range(1024, len(data), 1024))
    for length in sorted(length for length in lengths if length < len(data)):
        message = refusal(write(data[:length]))
        assert "is truncated" in message or (length < 4 and "is not an artifact" in message), (length, message)


def test_longer_than_it_should_be(data, write):
    assert refusal(write(data + b"xyz")).endswith("m.so has 3 bytes after its end; copy or compile it again")


def test_a_foreign_library(write):
    import _ctypes

    with open(_ctypes.__file__, "rb") as file:
        assert refusal(write(file.read())).endswith(
            "m.so is a shared library, but not one of dldt: it has no DLDT note"
        )


def test_other_elf_files(data, write):
    message = "is not a 64-bit little-endian shared library"
    for offset, value in ((4, b"\1"), (5, b"\2"), (16, b"\1\0"), (16, b"\2\0")):
        assert message in refusal(write(patched(data, {offset: value})))


def test_another_abi(data, write):
    note = data.index(NOTE_HEAD) + 20
    for major in (0, 1, 4_000_000_000):
        message = refusal(write(patched(data, {note: struct.pack("<I", major)})))
        assert message.endswith(
            f"m.so has artifact ABI {major}.0, this runtime runs ABI 3; compile the model again with the dldt "
            "installed here, or install the dldt that made it"
        )


def test_a_newer_minor_abi_runs(data, write):
    note = data.index(NOTE_HEAD) + 20
    with runtime.load(write(patched(data, {note + 4: struct.pack("<I", 7)}))) as model:
        assert model.name == "scale"


def test_another_architecture(tmp_path):
    other = "aarch64" if cpu.arch() == "x86_64" else "x86-64-v2"
    path = build_scale(tmp_path / "m.so", target=TARGETS[other])
    assert refusal(path) == (
        f"{path} is for {TARGETS[other].arch}, this machine is {cpu.arch()}; "
        "compile the model for it (dldt-compile --target)"
    )


def test_missing_processor_features(tmp_path):
    path = build_scale(tmp_path / "m.so", features=["avx99", "sse3", "amx-dreams"], target=TARGETS["x86-64-v2"])
    if cpu.arch() != "x86_64":
        pytest.skip("an x86-64 machine is needed")
    assert refusal(path) == (
        f"{path} was compiled for the target 'x86-64-v2', and this machine lacks avx99, amx-dreams; "
        "compile the model for this machine (dldt-compile --target host, or a lower level)"
    )


def test_every_flipped_bit_of_the_headers_is_noticed(data, write):
    note = data.index(NOTE_HEAD)
    code = int.from_bytes(data[note + 60 : note + 68], "little")
    path = write(data)
    with open(path, "r+b", buffering=0) as file:
        for offset in (*range(1700), *range(1700, code, 7)):
            os.pwrite(file.fileno(), bytes([data[offset] ^ 1 << offset % 8]), offset)
            if not note + 20 + 168 <= offset < note + 20 + 200:  # the hash of the weights: checked on request
                with pytest.raises(runtime.RuntimeLoadError):
                    read_artifact(path)
            with pytest.raises(runtime.RuntimeLoadError):
                read_artifact(path, verify=True)
            os.pwrite(file.fileno(), data[offset : offset + 1], offset)
    assert read_artifact(path, verify=True).metadata.name == "scale"


def test_code_is_verified_and_weights_on_request(data, write):
    note = data.index(NOTE_HEAD)
    code, weights = (int.from_bytes(data[note + at : note + at + 8], "little") for at in (60, 68))
    for offset, what in ((code, "code does"), (weights - 1, "code does"), (weights, "weights do"), (-1, "weights do")):
        body = bytearray(data)
        body[offset] ^= 4
        assert f"its {what} not match" in refusal(write(bytes(body)), verify=True)
        if what.startswith("code"):
            assert f"its {what} not match" in refusal(write(bytes(body)))
        read_artifact(write(bytes(body)), verify=False)


def test_sizes_that_contradict_each_other(data, write):
    note = data.index(NOTE_HEAD) + 20
    big = struct.pack("<Q", 1 << 63)
    for field in range(note + 24, note + 64, 8):
        for value in (bytes(8), big, b"\xff" * 8):
            body = bytearray(data)
            body[field : field + 8] = value
            assert "is damaged: " in refusal(write(bytes(body)))


def program_headers(data):
    return [(64 + 56 * index, struct.unpack_from("<IIQQQQQQ", data, 64 + 56 * index)) for index in range(9)]


def test_segments_outside_the_file_or_over_each_other(data, write):
    loads = [(at, header) for at, header in program_headers(data) if header[0] == 1]
    for at, header in loads:
        for size in (1 << 40, (1 << 64) - 1):
            changed = struct.pack("<IIQQQQQQ", *header[:5], size, size, header[7])
            assert "its segments overlap or lie outside the file" in refusal(write(patched(data, {at: changed})))
    at, header = loads[2]
    changed = struct.pack("<IIQQQQQQ", *header[:2], 4096, 4096, 4096, *header[5:])
    assert "its segments overlap or lie outside the file" in refusal(write(patched(data, {at: changed})))


def test_a_segment_that_is_writable_and_executable(data, write):
    at = next(at for at, header in program_headers(data) if header[:2] == (1, 5))
    assert "a segment is both writable and executable" in refusal(write(patched(data, {at + 4: b"\7"})))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(format=2), "is of format 2, and this runtime reads format 1"),
        (lambda m: m.pop("inputs"), "has no list 'inputs'"),
        (lambda m: m.update(outputs=[]), "lists no output"),
        (lambda m: m.update(name=1), "has no text 'name'"),
        (lambda m: m["inputs"][0].update(dtype="f99"), "gives x the unknown element type 'f99'"),
        (lambda m: m["inputs"][0].update(shape=[-1]), "gives x the dim -1"),
        (lambda m: m["inputs"][0].update(shape=["M"]), "gives x the dim 'M'"),
        (lambda m: m["inputs"][0].update(shape=[1.5]), "gives x the dim 1.5"),
        (lambda m: m["inputs"][0].update(shape=[True]), "gives x the dim True"),
        (lambda m: m["inputs"][0].update(shape=[1]), "has free dims that no input determines: N"),
        (lambda m: m["inputs"][0].update(shape=["N*N"]), "has free dims that no input determines: N"),
        (lambda m: m["inputs"][0].update(shape=["N//2"]), "has free dims that no input determines: N"),
        (lambda m: m["inputs"][0].update(shape=[1] * 65), "gives x 65 dims"),
        (lambda m: m.update(inputs=m["inputs"] * 2), "names an input twice"),
        (lambda m: m.update(symbols=m["symbols"] * 2), "names a symbol twice"),
        (lambda m: m["symbols"][0].update(min=-1), "gives the free dim N wrong bounds"),
        (lambda m: m.update(arena=-1), "gives the arena as -1"),
        (lambda m: m.update(arch="mips"), "is for mips, its code is not"),
    ],
)
def test_metadata_that_is_not_consistent(data, write, change, message):
    assert message in refusal(write(with_metadata(data, change)))


def test_metadata_that_is_no_json(data, write):
    note = data.index(NOTE_HEAD) + 20
    offset, size = struct.unpack_from("<QQ", data, note + 24)
    for text in (b"{" * size, b"[" * size, b"\xff" * size, b"[]".ljust(size)):
        assert "is damaged: its metadata" in refusal(write(patched(data, {offset: text})))


def test_a_file_that_is_replaced_while_it_is_loaded(data, write):
    """What was checked is what runs."""
    path = write(data)
    artifact = read_artifact(path)
    os.replace(write(b"another file", "other.so"), path)
    with runtime.Model(artifact, 1) as model:
        assert model(np.float32([1, 1])).tolist() == [2, 3]


def test_an_older_note_is_told_by_its_abi(data, write):
    note = data.index(NOTE_HEAD)
    at = next(at for at, header in program_headers(data) if header[0] == 4)
    older = bytearray(data)
    struct.pack_into("<QQ", older, at + 32, 180, 180)
    struct.pack_into("<I", older, note + 4, 160)
    struct.pack_into("<I", older, note + 20, 1)
    assert "m.so has artifact ABI 1.0, this runtime runs ABI 3; compile the model again" in refusal(write(older))
    assert "its note is of another size" in refusal(write(patched(data, {at + 32: struct.pack("<Q", 180)})))


def test_functions_outside_the_code(data, write):
    note = data.index(NOTE_HEAD) + 20
    code = next(header for _, header in program_headers(data) if header[:2] == (1, 5))
    for field in range(note + 64, note + 104, 8):
        for value in (0, code[2] - 1, code[2] + code[5], (1 << 64) - 1):
            assert "its functions lie outside its code" in refusal(
                write(patched(data, {field: struct.pack("<Q", value)}))
            )


def test_two_executable_segments(data, write):
    at = next(at for at, header in program_headers(data) if header[:2] == (1, 4))
    assert "it has two executable segments" in refusal(write(patched(data, {at + 4: b"\5"})))


def test_a_system_that_forbids_execution(scale_path, monkeypatch):
    """As on a file system that is mounted noexec; to mount one takes rights that a test does not have."""

    def refuse(self, start, size):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "allow_execution", refuse)
    assert refusal(scale_path) == (
        f"the system does not let {scale_path} be executed (Permission denied): is it on a file system mounted noexec, "
        "or does a security policy forbid it?"
    )
