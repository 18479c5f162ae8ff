"""A dump holds the loop IR, the LLVM IR and the assembly of every kernel."""

import pytest

from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from tests.codegen.test_micro import SHAPES, convolution_graph


@pytest.mark.parametrize("level", ["x86-64-v3", "aarch64"])
def test_every_kernel_has_its_three_files(tmp_path, level):
    folder = tmp_path / "dump"
    compile_graph(convolution_graph(*SHAPES["odd-channels"]), tmp_path / "m.so", TARGETS[level], dump=folder)
    names = {path.name.removesuffix(".ll") for path in (folder / "kernels").glob("*.ll")}
    assert len(names) >= 3
    for name in names:
        assert f"kernel {name}:" in (folder / "kernels" / f"{name}.loops.txt").read_text()
        assert f"@{name}(" in (folder / "kernels" / f"{name}.ll").read_text()
        text = (folder / "kernels" / f"{name}.s").read_text()
        assert text.count(f"\n{name}:") == 1
        assert "ret" in text
