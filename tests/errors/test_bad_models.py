"""Every bad model has its message, its exit code, and leaves nothing behind; each test is a process of its own."""

import os

import onnx
import pytest

from tests.errors import models
from tests.errors.commands import command, refused


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    yield tmp_path
    assert os.listdir(tmp_path / "out") == []


def compile_it(folder, proto_or_bytes, *words, name="net.onnx"):
    data = proto_or_bytes if isinstance(proto_or_bytes, bytes) else proto_or_bytes.SerializeToString()
    (folder / name).write_bytes(data)
    return command("compile", folder / name, "-o", folder / "out" / "net.so", *words)


def test_an_empty_file(folder):
    refused(compile_it(folder, b""), 2, "net.onnx", "empty")


@pytest.mark.parametrize("kept", [1, 10, 0.3, 0.9])
def test_a_truncated_file(folder, kept):
    data = models.dense(1, 3).SerializeToString()
    size = kept if isinstance(kept, int) else int(len(data) * kept)
    refused(compile_it(folder, data[:size]), 2, "net.onnx")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG picture"),
        (b"<!DOCTYPE html><html></html>", "an HTML page"),
        (b"hello, this is no model\n", "a text file"),
    ],
)
def test_a_file_of_another_kind(folder, data, words):
    refused(compile_it(folder, data), 2, "net.onnx", words)


def test_a_file_that_is_not_there(folder):
    refused(command("compile", folder / "no.onnx", "-o", folder / "out" / "a.so"), 2, "no.onnx: no such file")


def test_a_directory(folder):
    refused(command("compile", folder, "-o", folder / "out" / "a.so"), 2, "directory")


def test_all_unknown_operations_are_named_at_once(folder):
    done = compile_it(folder, models.unknown_operations())
    refused(
        done,
        3,
        "MyFancyOp",
        "2 nodes",
        "fancy1",
        "fancy2",
        "Nonesuch",
        "none",
        "cut the model after it with --input a",
        "dldt ops",
    )


def test_the_message_ends_with_what_was_written(folder):
    done = compile_it(folder, models.unknown_operations())
    assert done.stderr.rstrip().endswith("nothing was written")


def test_hostile_names_do_not_reach_the_terminal(folder):
    proto = models.dense(1, 3)
    proto.graph.input[0].name = proto.graph.node[0].input[0] = "x\x1b[31m\u202e"
    (folder / "net.onnx").write_bytes(proto.SerializeToString())
    for done in (command("inspect", folder / "net.onnx"), command("run", folder / "net.onnx", "-i", "y=zeros")):
        assert "x\\x1b[31m" in done.stdout + done.stderr
        assert "\x1b" not in done.stdout + done.stderr


def test_a_cyclic_graph(folder):
    refused(compile_it(folder, models.cyclic()), 2, "cycle")


@pytest.mark.parametrize("change", [-4, -1, 1, 4])
def test_weights_shorter_or_longer_than_their_shape(folder, change):
    refused(compile_it(folder, models.wrong_length(change)), 2, "w", "24")


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "a/../../secret.bin", "..\\secret.bin"])
def test_external_data_outside_the_folder(folder, location):
    (folder.parent / "secret.bin").write_bytes(bytes(24))
    refused(compile_it(folder, models.external(location)), 2, "w")


def test_external_data_through_a_link(folder):
    secret = folder / "elsewhere.bin"
    secret.write_bytes(bytes(24))
    (folder / "data.bin").symlink_to(secret)
    refused(compile_it(folder, models.external("data.bin")), 2, "data.bin", "link")


def test_external_data_that_is_too_short(folder):
    (folder / "data.bin").write_bytes(bytes(20))
    refused(compile_it(folder, models.external("data.bin", 24)), 2, "data.bin")


def test_external_data_that_is_not_there(folder):
    refused(compile_it(folder, models.external("data.bin")), 2, "data.bin")


def test_an_input_without_a_shape(folder):
    refused(compile_it(folder, models.without_rank()), 2, "'x'", "--input")


def test_a_shape_that_only_the_data_tells_is_no_error(folder):
    done = compile_it(folder, models.shape_from_data(), "-q")
    assert done.returncode == 0, done.stderr
    os.unlink(folder / "out" / "net.so")


@pytest.mark.parametrize("make", [models.reshaped, lambda: models.dense("N", "M")], ids=["Reshape", "MatMul"])
def test_free_dims_that_must_fit_are_a_condition(folder, make):
    for words in ((), ("--input", "x[2,3]")):
        done = compile_it(folder, make(), *words, "-q")
        assert done.returncode == 0, done.stderr
        os.unlink(folder / "out" / "net.so")


def test_free_dims_that_do_not_fit(folder):
    """x[N,M] @ w[3,2]: the model needs M = 3."""
    refused(compile_it(folder, models.dense("N", "M"), "--input", "x[2,4]"), 2, "MatMul")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--input", "x[1,"], "a bracket is not closed"),
        (["--input", "nosuch[1,3]"], "nosuch"),
        (["--output", "nosuch"], "nosuch"),
        (["--target", "z80"], "the targets are: host, x86-64-v2"),
        (["--tune-for", "z80"], "unknown processor 'z80' to tune for; there are: x86-64-v2, "),
        (
            ["--target", "aarch64", "--tune-for", "zen3"],
            "zen3 does not run code for aarch64, so choices cannot be made",
        ),
        (["--disable-pass", "nosuch"], "no pass to disable is called 'nosuch'"),
        (["--stop-after", "nosuch"], "cannot stop after 'nosuch': no pass has this name"),
        (["--mean-values", "x(1,2"], "a bracket is not closed"),
        (["--threads", "0"], "threads is 0; it must be 1 or more"),
        (["--threads", "two"], "--threads"),
    ],
)
def test_wrong_options(folder, words, text):
    refused(compile_it(folder, models.dense(1, 3), *words), 1, text)


def test_an_xml_with_a_doctype(folder):
    data = b'<?xml version="1.0"?><!DOCTYPE net [<!ENTITY a "b">]><net name="n" version="11"></net>'
    refused(compile_it(folder, data, name="net.xml"), 2, "DOCTYPE")


@pytest.mark.parametrize("name", ["compile", "convert"])
def test_an_output_that_cannot_be_written(tmp_path, name):
    onnx.save(models.dense(1, 3), tmp_path / "net.onnx")
    suffix = ".so" if name == "compile" else ".xml"
    for place, text in (
        (tmp_path / "nowhere" / f"a{suffix}", "create it first"),
        (f"/proc/a{suffix}", "choose another place"),
    ):
        refused(command(name, tmp_path / "net.onnx", "-o", place), 2, f"cannot write {place}", text)


def test_the_place_is_checked_before_the_work(tmp_path):
    """The model is broken too: the place is what is complained about."""
    (tmp_path / "net.onnx").write_bytes(b"")
    refused(command("compile", tmp_path / "net.onnx", "-o", "/proc/a.so"), 2, "cannot write /proc/a.so")


def test_debug_shows_the_traceback(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"")
    done = command("compile", tmp_path / "net.onnx", "-o", tmp_path / "a.so", "--debug")
    assert done.returncode == 2
    assert "Traceback (most recent call last)" in done.stderr
