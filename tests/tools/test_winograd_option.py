"""Winograd's algorithm is named in the summary and can be forbidden."""

from dldt.compiler.ir.write import write_ir
from dldt.tools import compile as command
from tests.codegen.test_micro import SHAPES, convolution_graph


def compile_model(tmp_path, capsys, *options):
    write_ir(convolution_graph(*SHAPES["resnet-3x3"]), tmp_path / "m.xml")
    assert command.main([str(tmp_path / "m.xml"), "-o", str(tmp_path / "m.so"), "--target", "x86-64-v3", *options]) == 0
    return capsys.readouterr().out


def test_the_summary_names_it(tmp_path, capsys):
    assert "note       1 convolution(s) by Winograd's algorithm: errors up to" in compile_model(tmp_path, capsys)


def test_it_can_be_forbidden(tmp_path, capsys):
    assert "Winograd" not in compile_model(tmp_path, capsys, "--no-winograd")


def test_verbose_lists_the_steps(tmp_path, capsys):
    shown = compile_model(tmp_path, capsys, "--no-winograd", "--verbose")
    assert "step 1     Convolution+Add+ReLU: conv_f32_" in shown
