"""Kernels that run in turns are named in the summary, in the list of steps, and beside the roofline."""

import pytest

from dldt.compiler.ir.write import write_ir
from dldt.tools import compile as command
from dldt.tools.layers import print_layers
from tests.codegen.test_row_tiling import Layers


@pytest.mark.parametrize(("side", "shown"), [(96, True), (64, False)])
def test_the_summary_and_the_steps(side, shown, tmp_path, capsys):
    """A sixteenth of the default target's 16 MiB cache is 1 MiB: 64 × 96 × 96 floats are more, 64 × 64 × 64 are not."""
    n = Layers(1, 8, side, side)
    write_ir(n.done(n.convolved(n.depthwise(n.convolved(n.x, 64)), 8)), tmp_path / "m.xml")
    words = [str(tmp_path / "m.xml"), "-o", str(tmp_path / "m.so"), "--target", "x86-64-v3", "--verbose"]
    assert command.main(words) == 0
    text = capsys.readouterr().out
    assert ("row tiles  1 run of 3 kernels in turns, a tile of image rows at a time" in text) is shown
    assert ("; a thread needs " in text) is shown
    assert ", 1.00 times the largest live set" in text
    assert text.count(" (row tiles 1)\n") == (3 if shown else 0)


def test_per_layer_names_the_row_tiles(capsys):
    row = {"ms": 1.0, "share": 1.0, "gflops": None, "gbytes_per_second": None, "roofline": None, "bound": None}
    row |= {"bytes": 1, "what": "conv", "output": "y", "algorithm": "loops"}
    print_layers([row | {"row_tiles": 3}, row | {"row_tiles": 0}, row], None)
    text = capsys.readouterr().out
    assert (text.count("(loops, row tiles 3)"), text.count("(loops)")) == (1, 2)
