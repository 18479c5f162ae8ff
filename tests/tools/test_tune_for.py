"""``--tune-for``: the processor that choices are made for is in the summary, in the artifact, and can be asked for."""

import json

from dldt.codegen.cpus import CPUS
from dldt.codegen.target import TARGETS
from dldt.compiler.ir.write import write_ir
from dldt.tools import compile as command
from dldt.tools import inspect
from tests.codegen.test_micro import SHAPES, convolution_graph


def compile_model(tmp_path, capsys, *options):
    write_ir(convolution_graph(*SHAPES["odd-channels"]), tmp_path / "m.xml")
    words = [str(tmp_path / "m.xml"), "-o", str(tmp_path / "m.so"), "--target", "x86-64-v3", *options]
    assert command.main(words) == 0
    return capsys.readouterr()


def inspected(tmp_path, capsys):
    assert inspect.main([str(tmp_path / "m.so"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return found["target"], found["tuned_for"]


def test_the_processor_is_named_where_the_target_is(tmp_path, capsys):
    shown = compile_model(tmp_path, capsys, "--tune-for", "zen3", "-v")
    assert "target x86-64-v3: x86_64-unknown-linux-gnu, tuned for zen3, features sse3 " in shown.err
    assert "target     x86-64-v3 (256-bit vectors), tuned for zen3\n" in shown.out
    assert inspected(tmp_path, capsys) == ("x86-64-v3", "zen3")


def test_without_it_choices_are_for_any_that_runs_the_code(tmp_path, capsys):
    assert "tuned for x86-64-v3\n" in compile_model(tmp_path, capsys).out
    assert inspected(tmp_path, capsys) == ("x86-64-v3", "x86-64-v3")


def test_the_lists(capsys):
    assert command.main(["--list-targets"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first == f"--target    host, {', '.join(TARGETS)}"
    assert [line.split()[1] for line in others] == list(CPUS)
    row = next(line for line in others if line.split()[1] == "zen3")
    assert row.endswith("AMD Zen 3 (Ryzen 5000 and 6000, EPYC 7003); targets x86-64-v2, x86-64-v3")
