import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.object import object as object_module
from dldt.codegen.object.object import ObjectCode, Optimisation, compile_modules, feature_text
from dldt.codegen.target import TARGETS
from dldt.compiler.budget import BudgetError, limited
from dldt.compiler.errors import InternalError, UnsupportedError, UsageError
from dldt.runtime import cpu


def module(name, body="ret void"):
    return f"; ModuleID = '{name}'\ndefine void @{name}(ptr %p) {{\n{body}\n}}\n"


def children():
    return {child for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()}


@pytest.fixture
def quiet(capfd):
    """No child may write to the terminal, nor outlive its call. Those that other tests keep were there before."""
    before = children()
    yield
    assert capfd.readouterr() == ("", "")
    assert children() <= before


def failure(modules, target="host", **options):
    with pytest.raises(InternalError) as caught:
        compile_modules(modules, resolve_target(target), **options)
    message = str(caught.value)
    kept = Path(re.search(r"its IR is kept in (\S+)$", message).group(1))
    text = kept.read_text()
    kept.unlink()
    return message, text


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_objects_come_in_the_order_of_the_modules(quiet, workers):
    names = [f"kernel_{index}" for index in range(9)]
    made = compile_modules([module(name) for name in names], resolve_target("host"), workers=workers)
    for name, code in zip(names, made, strict=True):
        assert code.object[:4] == b"\x7fELF"
        assert f"\0{name}\0".encode() in code.object


def test_no_modules():
    assert compile_modules([], resolve_target("host")) == []


def test_equal_modules_give_equal_objects():
    text = module(
        "k", "%x = load <4 x float>, ptr %p\n%y = fadd <4 x float> %x, %x\nstore <4 x float> %y, ptr %p\nret void"
    )
    target = TARGETS["x86-64-v3"]
    first, second = (compile_modules([module("a"), text], target, workers=count)[1] for count in (1, 2))
    assert first == second == ObjectCode(first.object)


def test_assembly_and_optimised_ir_on_request():
    text = module(
        "k", "%x = load <16 x float>, ptr %p\n%y = fmul <16 x float> %x, %x\nstore <16 x float> %y, ptr %p\nret void"
    )
    wide, narrow = (compile_modules([text], TARGETS[name], assembly=True)[0] for name in ("x86-64-v4", "x86-64-v3"))
    assert "%zmm0" in wide.assembly
    assert "%zmm0" not in narrow.assembly
    assert "fmul <16 x float>" in wide.optimised_ir


LOOP = """entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr float, ptr %p, i64 %i
  %x = load float, ptr %at
  %y = fmul float %x, 3.0
  store float %y, ptr %at
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, 1024
  br i1 %more, label %loop, label %done
done:
  ret void"""


def test_llvm_vectorises_loops_only_when_told():
    options = [Optimisation(unrolling=False), Optimisation(loop_vectorization=True)]
    plain, vector = compile_modules(
        [module("k", LOOP)] * 2, TARGETS["x86-64-v3"], assembly=True, optimisation=options, workers=1
    )
    assert "mulps" not in plain.assembly
    assert "%ymm" in vector.assembly


def test_a_module_that_llvm_refuses(quiet):
    message, text = failure([module("fine"), module("broken", "%x = nonsense i32 1\nret void")])
    assert message.startswith(
        "LLVM could not compile the module broken: LLVM IR parsing error\n"
        "<string>:3:6: error: expected instruction opcode"
    )
    assert text == module("broken", "%x = nonsense i32 1\nret void")


def test_a_module_that_ends_llvms_process(quiet):
    # Inline assembly for another architecture: LLVM has no parser for it here, and aborts.
    other = "aarch64" if cpu.arch() == "x86_64" else "x86-64-v2"
    fatal = module("fatal", 'call void asm sideeffect "nop", ""()\nret void')
    message, text = failure([module("fine"), fatal], other)
    assert message.startswith(
        "LLVM could not compile the module fatal: LLVM's process ended with signal 6: LLVM ERROR: "
    )
    assert text == fatal


def test_a_module_that_takes_too_long(quiet):
    start = time.monotonic()
    message, _ = failure([module("slow")], timeout=0.001)
    assert message.startswith(
        "LLVM could not compile the module slow: LLVM did not finish within 0.001 s "
        "(DLDT_CODEGEN_TIMEOUT sets the limit)"
    )
    assert time.monotonic() - start < 30


def test_llvm_needs_more_memory_than_it_may_take(monkeypatch, quiet):
    monkeypatch.setattr(object_module, "LLVM_MEMORY", 1 << 20)
    several = "\n".join(f"define i32 @f{n}(i32 %x) {{ ret i32 {n} }}" for n in range(20_000))
    with limited(memory=1), pytest.raises(BudgetError, match=r"more than the 0\.0 GB .*--max-memory raises the limit"):
        compile_modules([several], resolve_target("host"), workers=1)


def test_the_timeout_of_the_environment(monkeypatch):
    monkeypatch.setenv("DLDT_CODEGEN_TIMEOUT", "0.001")
    assert "within 0.001 s" in failure([module("slow")])[0]
    monkeypatch.setenv("DLDT_CODEGEN_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="DLDT_CODEGEN_TIMEOUT must be a number of seconds, not 'soon'"):
        compile_modules([module("slow")], resolve_target("host"))


def test_options_for_each_module():
    with pytest.raises(InternalError, match="2 modules, but 1 sets of options"):
        compile_modules([module("a"), module("b")], resolve_target("host"), optimisation=[Optimisation()])


def test_llvmlite_is_not_installed(tmp_path, monkeypatch, quiet):
    (tmp_path / "llvmlite").mkdir()
    error = "raise ModuleNotFoundError(\"No module named 'llvmlite'\")"
    (tmp_path / "llvmlite" / "__init__.py").write_text(error)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UnsupportedError) as caught:
        compile_modules([module("k")], resolve_target("host"))
    assert str(caught.value) == "compiling needs llvmlite: pip install 'dldt[compile]'"


def test_a_module_larger_than_a_pipe(quiet):
    text = module("k") + "; padding\n" * 100_000
    assert compile_modules([text], resolve_target("host"), workers=1)[0].object


def test_llvm_is_not_imported_here():
    names = "dldt.codegen.object.object, dldt.codegen.object.link, dldt.codegen.host"
    code = f"import sys, {names}; print('llvmlite' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_features_are_those_of_the_target_alone():
    text = feature_text(TARGETS["x86-64-v4"])
    assert "+avx512f" in text
    assert "-avx512vnni" in text
    assert text.endswith("-prefer-256-bit")


def test_targets_by_name():
    assert resolve_target("x86-64-v3") is TARGETS["x86-64-v3"]
    with pytest.raises(UsageError) as caught:
        resolve_target("riscv")
    assert str(caught.value) == (
        "unknown target 'riscv'; the targets are: host, x86-64-v2, x86-64-v3, x86-64-v4, aarch64"
    )


def test_the_host_has_what_its_target_lists():
    host = resolve_target("host")
    assert host.arch == cpu.arch()
    assert cpu.missing(list(host.features)) == []
    assert host.vector_bits == (512 if host.has_masks else 256 if host.fma and host.arch == "x86_64" else 128)
    assert 0 < host.l1 <= host.l2 <= host.l3
