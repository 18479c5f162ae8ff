"""A dump holds the loop IR, the LLVM IR before and after LLVM, and the assembly of every kernel."""

import re

import pytest

from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.debug.dump import Dump
from dldt.debug.kernel_files import MachineCode, defined, functions
from tests.codegen.test_micro import SHAPES, convolution_graph


@pytest.mark.parametrize("level", ["x86-64-v3", "aarch64"])
def test_every_kernel_has_its_files(tmp_path, level):
    folder = tmp_path / "dump"
    dump = Dump(folder)
    compile_graph(convolution_graph(*SHAPES["odd-channels"]), tmp_path / "m.so", TARGETS[level], observer=dump)
    dump.close()
    names = {path.name.removesuffix(".loops.txt") for path in (folder / "kernels").glob("*.loops.txt")}
    assert len(names) >= 3
    for name in names:
        assert f"kernel {name}:" in (folder / "kernels" / f"{name}.loops.txt").read_text()
        assert f"@{name}(" in (folder / "kernels" / f"{name}.ll").read_text()
        assert f"@{name}(" in (folder / "kernels" / f"{name}.optimised.ll").read_text()
        text = (folder / "kernels" / f"{name}.s").read_text()
        assert text.startswith("# computes '")
        assert text.count(f"\n{name}:") == 1
        assert "ret" in text
        assert not re.search(r"\.loc\b|\.Ltmp|!dbg", text)
    assert not names & {path.stem for path in (folder / "modules").glob("*.ll")}  # each text is there once


ASSEMBLY = """\
\t.globl\tf
\t.type\tf,@function
f:
\tvmovaps\t%zmm3, 64(%rsp) # 64-byte Spill
\tvaddps\t%ymm3, %ymm4, %ymm5
\tvmovaps\t64(%rsp), %zmm3 # 64-byte Reload
\tretq
.Lfunc_end0:
\t.size\tf, .Lfunc_end0-f
\t.type\tg,@function
g:
\tretq
\t.size\tg, .Lfunc_end1-g
"""


def test_assembly_is_taken_apart_and_counted():
    found = dict(functions(ASSEMBLY))
    assert list(found) == ["f", "g"]
    assert found["g"].count("retq") == 1
    assert MachineCode.of(found["f"]) == MachineCode(instructions=4, registers=3, spills=1, reloads=1)


def test_a_module_is_taken_apart():
    module = 'target triple = "x"\n\ndefine void @f(ptr %a) {\n  ret void\n}\n\ndeclare void @h()\n\n'
    module += 'define internal i32 @"g"() #0 {\n  ret i32 1\n}\n'
    assert dict(defined(module)) == {
        "f": "define void @f(ptr %a) {\n  ret void\n}",
        "g": 'define internal i32 @"g"() #0 {\n  ret i32 1\n}',
    }
