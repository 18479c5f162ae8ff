"""--precision bf16 is named in the summary, and refused where no instruction does it."""

import numpy as np
import pytest

import dldt
from dldt.codegen.host import resolve_target
from dldt.codegen.task.numerics import PRECISIONS, WEIGHTS
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.ir.write import write_ir
from dldt.runtime import load
from dldt.tools import compile as command
from dldt.tools import inspect
from tests.codegen.test_micro import SHAPES, convolution_graph

REFUSED = (
    "target x86-64-v4 has no instruction that multiplies bf16; of the targets only host may have it, on a machine with "
    "AVX512_BF16 (AMD since Zen 4, Intel Cooper Lake, Sapphire Rapids and later servers); bf16 weights work everywhere"
)


@pytest.fixture
def model(tmp_path):
    write_ir(convolution_graph(*SHAPES["odd-channels"]), tmp_path / "m.xml")
    return tmp_path / "m.xml"


def test_other_targets_refuse(model, capsys):
    artifact = model.with_suffix(".so")
    words = [str(model), "-o", str(artifact), "--target", "x86-64-v4", "--precision", "bf16"]
    assert command.main(words) == 3
    assert REFUSED in capsys.readouterr().err
    assert not artifact.exists()
    with pytest.raises(UnsupportedError, match="AVX512_BF16"):
        dldt.compile_model(model, artifact, "aarch64", precision="bf16")


def test_other_types_are_refused(model):
    with pytest.raises(UsageError, match="precision is 'int4'; it must be one of f32, bf16"):
        dldt.compile_model(model, model.with_suffix(".so"), precision="int4")


@pytest.mark.parametrize(("option", "words"), [("--precision", PRECISIONS), ("--weights", WEIGHTS)])
def test_the_command_knows_every_type(option, words, model, capsys):
    assert command.main([str(model), option, "int4"]) == 1
    assert f"choose from {', '.join(words)})" in capsys.readouterr().err.replace("'", "")


def test_the_summary_and_inspect_name_it(model, capsys):
    if not resolve_target("host").multiplies_bfloat:
        pytest.skip("this processor lacks AVX512_BF16")
    artifact = model.with_suffix(".so")
    assert command.main([str(model), "-o", str(artifact), "--precision", "bf16", "--no-winograd", "-v"]) == 0
    shown = capsys.readouterr().out
    note = "1 contraction(s) multiply bf16, tensors between kernels are rounded by up to 2^-8 (0.4 %) of themselves"
    assert "precision  as in the model, but for products of bf16 and tensors between kernels in bf16\n" in shown
    assert f"note       {note}" in shown
    assert "Convolution+Add+ReLU: conv_bf16_" in shown
    assert "none is stored as bf16" not in shown
    assert inspect.main([str(artifact)]) == 0
    shown = capsys.readouterr().out
    assert f"notes           {note}" in shown
    assert "avx512bf16" in shown
    with load(artifact, threads=1) as loaded:
        assert np.isfinite(loaded(np.ones((1, 20, 15, 15), np.float32))).all()
