"""Row tiles: convolutions that run in turns, some rows at a time, compared with the operations' definitions."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.reach import Reach
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.plan.row_tiles import Link, TiledRun, choose_cuts, line_buffers
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.task import RowTiles
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.native import run_emulated, run_native
from tests.codegen.program_of import compiled_to
from tests.codegen.qemu import require_emulator

LEVELS = ("host", "x86-64-v3", "x86-64-v2", "aarch64")
POINT, SAME = Reach(1, 0, 1), Reach(1, 1, 3)


def with_caches(target, **sizes):
    """The target with caches of other sizes."""
    return attrs.evolve(target, cpu=attrs.evolve(target.cpu, caches=attrs.evolve(target.cpu.caches, **sizes)))


def machine(level="host", l2=1 << 16):
    """The target with a second-level cache that holds but a few rows, and no third: row tiles are always worth it."""
    return with_caches(TARGETS[level] if level == "aarch64" else resolve_target(level), l2=l2, l3=0)


class Layers:
    """A graph of convolutions with seeded weights."""

    def __init__(self, *shape, seed=1):
        self.random = np.random.default_rng(seed)
        self.graph = Graph("rows")
        self.x = self.graph.parameter("x", TensorType(DType.f32, shape))

    def numbers(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32)

    def bias(self, value):
        return ops.Add()(value, self.numbers(1, value.type.shape[1], 1, 1))

    def convolved(self, value, outputs, kernel=1, stride=1, pads=None, dilation=1, groups=1):
        inputs = value.type.shape[1] // groups
        (top, bottom), step = pads or (kernel // 2 * dilation,) * 2, (stride, stride)
        where = step, (top, kernel // 2), (bottom, kernel // 2), (dilation, 1)
        scale = np.float32(1 / np.sqrt(inputs * kernel * kernel))
        if groups == 1:
            return self.bias(ops.Convolution(*where)(value, self.numbers(outputs, inputs, kernel, kernel) * scale))
        filters = self.numbers(groups, outputs // groups, inputs, kernel, kernel) * scale
        return self.bias(ops.GroupConvolution(*where)(value, filters))

    def depthwise(self, value, kernel=3, stride=1, **where):
        channels = value.type.shape[1]
        return self.convolved(value, channels, kernel, stride, groups=channels, **where)

    def done(self, value, name="y"):
        self.graph.result(value, name)
        return self.graph


def inverted_residual(size=(13, 11), batch=2):
    """Expand, depthwise, project, add what the first one reads."""
    n = Layers(batch, 3, *size)
    x = ops.ReLU()(n.convolved(n.x, 24, 3, 2))
    wide = ops.PReLU()(n.convolved(x, 72), n.numbers(72))
    y = n.convolved(ops.ReLU()(n.depthwise(wide)), 24)
    return n.done(ops.Sigmoid()(ops.Add()(y, x)))


def strided_depthwise():
    """Odd sizes, channels that fill no blocks, a stride, a window that hangs over the bottom by two rows."""
    n = Layers(1, 20, 17, 9)
    y = n.depthwise(ops.ReLU()(n.convolved(ops.Tanh()(n.x), 40)), 3, 2, pads=(0, 2))
    return n.done(n.convolved(ops.HSwish()(y), 20))


def four_and_dilated():
    """Two depthwise kernels, of five rows and of three rows two apart, pads of other sizes above and below."""
    n = Layers(1, 32, 19, 10)
    y = n.depthwise(n.convolved(n.x, 48), 5, pads=(3, 1))
    y = n.depthwise(ops.ReLU()(n.convolved(y, 32)), 3, pads=(1, 3), dilation=2)
    return n.done(n.convolved(y, 17))


def rows_that_nobody_reads():
    """A kernel of one row, three rows apart, behind one of two rows, three rows apart."""
    n = Layers(1, 16, 29, 8)
    y = n.convolved(n.convolved(n.x, 32), 32, 2, 3, pads=(0, 0))
    return n.done(n.convolved(n.depthwise(y), 16, 1, 3))


def only_padding():
    """The first and the last rows of the second kernel read nothing but padding."""
    n = Layers(1, 16, 7, 6)
    return n.done(n.convolved(n.depthwise(n.convolved(n.x, 32), 3, pads=(4, 5)), 32))


def grouped():
    """Groups of a block each, a kernel of three rows at a stride, few channels at the end."""
    n = Layers(2, 16, 15, 12)
    y = ops.ReLU()(n.convolved(n.convolved(n.x, 64), 32, 3, 2, groups=2))
    return n.done(n.convolved(n.depthwise(y), 3))


def pooled():
    """A convolution before the pooling, one behind it, which hangs over on all sides; a mean at the end."""
    n = Layers(2, 3, 34, 21)
    y = ops.MaxPool((2, 2), (1, 1), (1, 1), (3, 3))(ops.ReLU()(n.convolved(n.x, 40, 5, 2)))
    return n.done(ops.AvgPool((1, 2), (1, 0), (2, 1), (4, 3), False)(n.convolved(y, 32)))


def even_pooling():
    """Rows and pixels that a schedule merges."""
    n = Layers(1, 16, 24, 20)
    return n.done(ops.Tanh()(ops.MaxPool((2, 2), (0, 0), (0, 0), (2, 2))(n.depthwise(n.convolved(n.x, 32)))))


def transposed():
    """Two rows of one, four of one; what follows reads three, two rows apart."""
    n = Layers(1, 20, 9, 6)
    up = ops.ConvolutionBackpropData((2, 3), (0, 0), (0, 0), (1, 1))
    y = ops.ReLU()(n.bias(up(n.convolved(n.x, 32), n.numbers(32, 24, 2, 3) * np.float32(0.2))))
    y = n.depthwise(y, 3, 2, pads=(0, 1))
    up = ops.ConvolutionBackpropData((4, 4), (0, 0), (0, 0), (1, 1))
    y = n.depthwise(n.bias(up(y, n.numbers(24, 16, 4, 4) * np.float32(0.2))))
    return n.done(ops.ConvolutionBackpropData((3, 2), (0, 0), (0, 0), (1, 1))(y, n.numbers(16, 1, 3, 2)))


GRAPHS = {
    make.__name__: make
    for make in (
        *(inverted_residual, strided_depthwise, four_and_dilated),
        *(rows_that_nobody_reads, only_padding, grouped),
        *(pooled, even_pooling, transposed),
    )
}


def row_tiles(graph, target):
    """The row tiles among the tasks of the program: all that there are."""
    made = compiled_to("row-tiling", graph, target)
    found = [task for task in made.program.tasks if isinstance(task, RowTiles)]
    assert set(made.row_tiles) == set(found)
    return found


def feeds_of(graph, batch=1):
    random = np.random.default_rng(3)
    shapes = {v.node.name: [d if isinstance(d, int) else batch for d in v.type.shape] for v in graph.inputs}
    return {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def assert_same(outputs, wanted):
    for name, array in wanted.items():
        np.testing.assert_allclose(outputs[name], array, atol=1e-5 * np.abs(array).max(), rtol=0)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(("level", "l2"), [("host", 1 << 14), *((level, 1 << 17) for level in LEVELS)])
def test_row_tiles_are_the_definition(level, name, l2, tmp_path):
    graph, target = GRAPHS[name](), machine(level, l2)
    if level == "host" and name == "transposed" and target.vector_bits == 128:
        target = machine(level, max(l2, 1 << 16))  # in narrow blocks of channels its rows take more room
    assert row_tiles(GRAPHS[name](), target)
    feeds = feeds_of(graph)
    wanted = interpret(graph, feeds)
    if level == "aarch64":
        require_emulator(target)
        assert_same(run_emulated(graph, feeds, target, tmp_path), wanted)
        return
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    assert_same(run_native(graph, feeds, target, tmp_path), wanted)


@pytest.mark.parametrize("batch", [1, 2])
def test_threads_and_tiles_give_the_same_bits(batch, tmp_path):
    """Enough work for threads to be woken: each makes for itself the rows that two of them read."""
    graph = inverted_residual((150, 182), batch)
    feeds = feeds_of(graph)
    found = []
    for number, target in enumerate(
        (with_caches(resolve_target("host"), l3=1 << 30), machine(l2=1 << 18), machine(l2=1 << 20))
    ):
        path = tmp_path / f"{number}.so"
        summary = compile_graph(graph, path, target)
        assert bool(summary.row_tiles) == bool(number)
        for threads in (1, 2, 3, 5):
            with load(path, threads=threads) as model:
                found.append(model.run(feeds)["y"].copy())
    assert all(np.array_equal(found[0], other) for other in found)
    assert_same({"y": found[0]}, interpret(graph, feeds))


@pytest.mark.parametrize("name", GRAPHS)
def test_line_buffers_of_bfloats_give_the_same_bits(name, tmp_path):
    if not resolve_target("host").multiplies_bfloat:
        pytest.skip("this processor lacks AVX512_BF16")
    found = []
    for number, target in enumerate((with_caches(resolve_target("host"), l3=1 << 30), machine(l2=1 << 17))):
        path, bfloats = tmp_path / f"{number}.so", Numerics(weights=DType.bf16, precision=DType.bf16)
        summary = compile_graph(GRAPHS[name](), path, target, numerics=bfloats)
        assert bool(summary.row_tiles) == bool(number)
        with load(path, threads=2) as model:
            found.append(model.run(feeds_of(GRAPHS[name]()))["y"].copy())
    np.testing.assert_array_equal(*found)


def test_free_number_of_images(tmp_path):
    graph = inverted_residual(batch=symbol("N"))
    compile_graph(graph, tmp_path / "m.so", machine())
    assert row_tiles(graph, machine())
    with load(tmp_path / "m.so") as model:
        for batch in (1, 4, 3):
            feeds = feeds_of(graph, batch)
            assert_same(model.run(feeds), interpret(graph, feeds))


def joined(make):
    n = Layers(1, 16, 12, 12)
    graph = make(n, ops.ReLU()(n.convolved(n.x, 32)))
    return [len(tiles.block.tasks) for tiles in row_tiles(graph, machine())]


def test_what_is_not_joined():
    assert joined(lambda n, v: n.done(n.depthwise(v))) == [2]
    # A second reader; a part of another tensor; an output; what is convolved and multiplied.
    pool = ops.MaxPool((1, 1), (1, 1), (1, 1), (3, 3))
    assert joined(lambda n, v: n.done(ops.Subtract()(n.depthwise(v), pool(v)))) == []
    assert joined(lambda n, v: n.done(ops.Concat(1)(n.depthwise(v), v))) == []
    assert joined(lambda n, v: n.done(n.depthwise(v)) and n.done(v, "z")) == []
    assert joined(lambda n, v: n.done(ops.Multiply()(n.depthwise(v), v))) == []
    # Winograd's algorithm, whose tiles are of several rows.
    wide = Layers(1, 64, 24, 24)
    graph = wide.done(wide.convolved(ops.ReLU()(wide.convolved(wide.x, 64)), 64, 3))
    assert row_tiles(graph, machine(l2=1 << 20)) == []


def test_what_lies_between_is_not_in_the_arena(tmp_path):
    """32 × 12 × 12 floats are made and read; the arena holds neither them nor what follows them."""
    n = Layers(1, 16, 12, 12)
    graph = n.done(n.convolved(n.depthwise(ops.ReLU()(n.convolved(n.x, 256))), 16))
    stored = compile_graph(graph, tmp_path / "a.so", resolve_target("x86-64-v3"))
    held = compile_graph(graph, tmp_path / "b.so", machine("x86-64-v3"))
    assert stored.arena_lower_bound >= 2 * 4 * 256 * 144
    assert held.arena_lower_bound < 4 * 256 * 144
    assert held.arena_bytes == held.arena_lower_bound
    assert held.scratch_bytes > stored.scratch_bytes == 0
    assert (stored.row_tiles, held.row_tiles) == ((), (3,))


def test_line_buffers_hold_what_is_read_again():
    """By hand: 4 rows are made of 4 rows, those of 6 rows, those, two apart, of 13."""
    links = [Link(100, 90, Reach(2, 1, 3)), Link(100, 45, SAME), Link(100, 45, POINT)]
    assert line_buffers(links, 4) == [13, 6, 4]
    assert line_buffers(links, 60) == [90, 45, 45]


def test_line_buffers_of_rows_that_are_made_together():
    """By hand: 6 rows of 4 are read, the first and the last may be one of four, and 12 rows are 3 or 4 units: of
    30 rows there are 32."""
    links = [Link(100, 9, POINT), Link(100, 30, SAME, 4)]
    assert line_buffers(links, 4) == [3, 12]
    assert line_buffers(links, 40) == [8, 32]


def test_row_tiles_fit_the_cache():
    target = with_caches(TARGETS["x86-64-v3"], l2=100_000, l3=160_000)
    small, wide = Link(1_000, 10, SAME), Link(10_000, 50, SAME)
    # Too small to be worth it; nothing; two apart.
    assert choose_cuts([small, None, small], target) == []
    assert choose_cuts([None, wide, None, wide], target) == [TiledRun(1, 2, 4), TiledRun(3, 4, 4)]
    # 5 + 3 rows do not fit: the smaller tensor is stored.
    assert choose_cuts([wide, attrs.evolve(wide, row=9_000)], target) == [TiledRun(0, 1, 4)]
    assert choose_cuts([attrs.evolve(wide, row=9_500), wide], target) == [TiledRun(1, 2, 4)]
    assert choose_cuts([attrs.evolve(wide, row=30_000)], target) == []
