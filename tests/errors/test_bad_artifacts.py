"""Every library that cannot run here has its message; wrong arrays are refused, nothing is read past its end."""

import hashlib
import importlib.util
import os

import numpy as np
import onnx
import pytest

from dldt.runtime import note as notes
from dldt.runtime.abi import ABI_MAJOR
from tests.errors import models
from tests.errors.commands import command, refused


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifact")
    onnx.save(models.dense(2, 3), folder / "net.onnx")
    done = command("compile", folder / "net.onnx", "-o", folder / "net.so", "-q")
    assert done.returncode == 0, done.stderr
    return (folder / "net.so").read_bytes()


@pytest.fixture
def run(tmp_path):
    def run_bytes(data, *words, name="net.so"):
        (tmp_path / name).write_bytes(data)
        return command("run", tmp_path / name, *words)

    return run_bytes


def signed(data, **changes):
    """The artifact with changes in its note, its header hash made right again: only the change is wrong."""
    at = data.index(notes.OWNER) - 12
    note = notes.unpack(data, at)._replace(**changes)
    head = bytearray(data[: note.code_offset])
    unsigned = note._replace(head_sha256=bytes(32), code_sha256=bytes(32), weights_sha256=bytes(32))
    head[at : at + notes.NOTE_SIZE] = unsigned.pack()
    hashed = note._replace(head_sha256=hashlib.sha256(head).digest())
    return data[:at] + hashed.pack() + data[at + notes.NOTE_SIZE :]


def test_the_sound_one_runs(run, artifact):
    assert run(artifact).returncode == 0
    assert run(signed(artifact)).returncode == 0


def test_an_empty_library(run):
    refused(run(b""), 2, "net.so is empty")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_library(run, artifact, share):
    refused(run(artifact[: int(len(artifact) * share)]), 2, "net.so", "truncated")


def test_a_library_with_bytes_behind_its_end(run, artifact):
    refused(run(artifact + b"more"), 2, "4 bytes after its end")


def test_a_foreign_library(run):
    """A shared library of another program: numpy's."""
    with open(importlib.util.find_spec("numpy._core._multiarray_umath").origin, "rb") as file:
        refused(run(file.read()), 2, "net.so is a shared library, but not one of dldt")


def test_a_library_of_another_abi(run, artifact):
    refused(run(signed(artifact, abi_major=ABI_MAJOR + 1)), 2, f"ABI {ABI_MAJOR + 1}.0", "compile the model again")


def test_a_damaged_header(run, artifact):
    at = artifact.index(b'"format"')
    refused(run(artifact[:at] + b'"xormat"' + artifact[at + 8 :]), 2, "net.so", "damaged")


def test_damaged_weights_are_found_when_asked(tmp_path, artifact):
    (tmp_path / "net.so").write_bytes(artifact[:-100] + b"\x7f" * 100)
    refused(command("inspect", tmp_path / "net.so", "--verify"), 2, "net.so", "weights")


def test_a_library_for_a_processor_with_more_features(run, artifact):
    """The first feature becomes one that no processor has."""
    at = artifact.index(b'"features"')
    start = artifact.index(b'"', at + 12) + 1
    end = artifact.index(b'"', start)
    fake = b"z" * (end - start)
    done = run(signed(artifact[:start] + fake + artifact[end:]))
    refused(done, 2, "this machine lacks", fake.decode(), "--target")


def test_a_library_for_another_architecture(tmp_path):
    other = "aarch64" if notes.MACHINES["x86_64"] == _machine() else "x86-64-v2"
    onnx.save(models.dense(2, 3), tmp_path / "net.onnx")
    done = command("compile", tmp_path / "net.onnx", "-o", tmp_path / "net.so", "--target", other, "-q")
    assert done.returncode == 0, done.stderr
    refused(command("run", tmp_path / "net.so"), 2, "is for", "this machine is", "--target")


def _machine():
    with open("/proc/self/exe", "rb") as file:
        return int.from_bytes(file.read(20)[18:20], "little")


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros((2, 4), np.float32), "[2, 3]"),
        (np.zeros((3, 2), np.float32), "[2, 3]"),
        (np.zeros(6, np.float32), "[2, 3]"),
        (np.zeros((2, 3), np.float64), "float"),
        (np.zeros((2, 3), np.int32), "int32"),
        (np.array([["a"] * 3] * 2), "<U1"),
    ],
    ids=["too wide", "transposed", "flat", "double", "integer", "text"],
)
def test_a_wrong_array(run, artifact, array, text, tmp_path):
    np.save(tmp_path / "x.npy", array)
    refused(run(artifact, "-i", tmp_path / "x.npy"), 2, "'x'")


def test_an_array_in_other_byte_and_memory_order_is_copied(run, artifact, tmp_path):
    """Same numbers, same answer: relu(x @ w) by hand."""
    x = np.asfortranarray(np.array([[1, -2, 3], [0, 1, 0]], ">f4"))
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "y.npz", y=np.array([[8, 10], [2, 3]], np.float32))
    done = run(artifact, "-i", tmp_path / "x.npy", "--expect", tmp_path / "y.npz")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["run", "bench", "inspect", "compile"])
def test_a_pipe_is_refused_and_not_waited_for(name, tmp_path):
    os.mkfifo(tmp_path / "net.so")
    refused(command(name, tmp_path / "net.so"), 2, "net.so")


def test_a_wrong_number_of_threads(run, artifact):
    refused(run(artifact, "--threads", "0"), 1, "--threads is 0; it must be 1 or more")


def test_an_unknown_input(run, artifact):
    refused(run(artifact, "-i", "z=random"), 1, "the model has no input 'z'; its inputs are 'x'")


@pytest.mark.parametrize("name", ["bench", "inspect"])
def test_the_other_commands_refuse_it_too(name, tmp_path):
    (tmp_path / "net.so").write_bytes(b"")
    refused(command(name, tmp_path / "net.so"), 2, "net.so is empty")


def test_outputs_go_nowhere_when_the_place_is_wrong(run, artifact, tmp_path):
    refused(run(artifact, "-o", tmp_path / "nowhere" / "out.npz"), 2, "create it first")
