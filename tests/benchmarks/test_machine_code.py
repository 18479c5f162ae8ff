"""Functions of real artifacts, which lie elsewhere in each."""

import pytest

import dldt
from benchmarks.machine_code import MachineCode
from dldt.runtime.format import read_artifact
from tests.benchmarks.tiny import save_model


def build(folder, target, first):
    """``2 * softmax(softmax(first(x)))``: the artifact and the kernel of each step."""
    path = folder / f"{first}.onnx"
    save_model(path, function="Softmax", before=(first, "Softmax"))
    artifact, _ = dldt.compile_model(path, path.with_suffix(".so"), target)
    return artifact, [step.kernel for step in read_artifact(artifact).metadata.steps]


@pytest.mark.parametrize("target", ["x86-64-v3", "aarch64"])
def test_what_lies_elsewhere_is_the_same(target, tmp_path):
    """Another kernel in front moves the others and what they refer to: constants, the functions that are called."""
    one, ours = build(tmp_path, target, "Erf")
    other, theirs = build(tmp_path, target, "Exp")
    mine, its = MachineCode(one), MachineCode(other)
    kernels = list(zip(ours, theirs, strict=True))
    rest = [(name, name) for name in mine.functions if name not in ours]
    assert ours[1:] == theirs[1:]
    assert mine.functions["dldt_main"] != its.functions["dldt_main"]
    assert mine.different(its, [*kernels, *rest]) == kernels[:1]
    # It calls the first kernel, so without that pair it is another function.
    assert mine.different(its, [*kernels[1:], *rest]) == [("dldt_main", "dldt_main")]
    assert mine.different(its, [("none", theirs[1]), (ours[1], "none")]) == [("none", theirs[1]), (ours[1], "none")]


def test_other_constants_are_noticed(tmp_path):
    """A bit of every byte in front of the code is changed."""
    one, ours = build(tmp_path, "x86-64-v3", "Erf")
    other, theirs = build(tmp_path, "x86-64-v3", "Exp")
    start = read_artifact(other).note.code_offset
    end = min(address for address, _ in MachineCode(other).functions.values())
    body = bytearray(other.read_bytes())
    body[start:end] = bytes(value ^ 1 for value in body[start:end])
    other.write_bytes(body)
    pairs = list(zip(ours, theirs, strict=True))
    assert MachineCode(one).different(MachineCode(other), pairs) == pairs


def test_the_functions_of_an_artifact(tmp_path):
    path, kernels = build(tmp_path, "host", "Erf")
    code = MachineCode(path)
    note = read_artifact(path).note
    assert {*kernels, "dldt_run", "dldt_worker"} <= {*code.functions}
    assert code.functions["dldt_run"][0] == note.run
    assert all(code.functions[name][1] for name in kernels)
