"""Row tiles of images whose size is not known before the run, compared with the operations' definitions."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.pipeline import compile_graph
from dldt.codegen.task.task import BySize
from dldt.compiler.dims import symbol
from dldt.compiler.interpret import interpret
from dldt.runtime import cpu, load
from tests.codegen.native import run_emulated
from tests.codegen.program_of import compiled_to
from tests.codegen.qemu import require_emulator
from tests.codegen.test_row_tiling import LEVELS, assert_same, inverted_residual, machine

SIZES = [(1, 13, 11), (2, 7, 40), (1, 30, 8), (3, 16, 17), (1, 9, 300)]
"""Images, rows and pixels; the lines of the last one do not fit the cache."""


def free():
    return inverted_residual((symbol("H"), symbol("W")), symbol("N"))


def images(shape):
    return {"x": np.random.default_rng(3).standard_normal((shape[0], 3, *shape[1:])).astype(np.float32)}


def by_size(graph, target):
    return [task for task in compiled_to("row-tiling", graph, target).program.tasks if isinstance(task, BySize)]


@pytest.mark.parametrize("level", LEVELS)
def test_free_images_are_the_definition(level, tmp_path):
    graph, target = free(), machine(level, 1 << 19)
    if level == "aarch64":
        require_emulator(target)
        feeds = images(SIZES[0])
        assert_same(run_emulated(graph, feeds, target, tmp_path), interpret(graph, feeds))
        return
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    summary = compile_graph(graph, tmp_path / "m.so", target)
    assert summary.row_tiles
    for threads in (3,):
        with load(tmp_path / "m.so", threads=threads) as model:
            for shape in SIZES:
                feeds = images(shape)
                assert_same(model.run(feeds), interpret(graph, feeds))


def test_the_images_for_which_rows_run_in_turns():
    """Those that the third cache does not keep, as long as the lines fit the second."""
    (task,) = by_size(free(), machine(l2=1 << 19))
    *worth, fits = task.where
    assert worth
    assert all((each.least, each.end) == (1, None) for each in worth)
    assert (fits.least, fits.end) == (0, (1 << 19) * 3 // 4 + 1)
    tiled = task.then.tasks[0].leaves
    assert [leaf.name for leaf in tiled] == [leaf.name for leaf in task.otherwise.tasks]
    assert all(leaf.output.layout.rows for leaf in tiled[:-1])
    assert not any(leaf.output.layout.rows for leaf in task.otherwise.tasks)
    assert tiled[-1].output is task.otherwise.tasks[-1].output
