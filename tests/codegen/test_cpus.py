"""The table of processors: complete, plausible, each figure with its source; and choices follow it."""

import math

import attrs
import pytest

from dldt.codegen.cpus import CPUS, WIDTHS
from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.register_tiles import tile_cycles
from dldt.codegen.kernels.stream import is_cold, stream
from dldt.codegen.kernels.tuned import Tuned, read_tuned, write_tuned
from dldt.codegen.object.object import compile_modules, feature_text
from dldt.codegen.plan.row_tiles import is_worth
from dldt.codegen.target import TARGETS, tuned_for
from dldt.compiler.errors import InputError, UsageError

ROWS = pytest.mark.parametrize("row", CPUS.values(), ids=CPUS)


@ROWS
def test_every_figure_is_there_and_has_a_source(row):
    assert len(row.figures) == 12
    for figure, value in row.figures.items():
        assert all(number > 0 for number in (value if isinstance(value, tuple) else (value,))), figure
        assert len(row.source(figure)) > 5
    assert not {key for key in row.sources if key not in row.figures and f"{key}." not in " ".join(row.figures)}
    assert row.title
    assert row.llvm


@ROWS
def test_figures_fit_each_other(row):
    caches, reads = row.caches, row.bandwidth
    assert caches.l1 < caches.l2 <= caches.l3
    assert reads.l2 >= reads.l3 > reads.memory
    assert caches.l1 % caches.l1_way == 0
    assert 2 <= caches.l1 // caches.l1_way <= 16
    assert math.log2(caches.l1_way).is_integer()
    assert math.log2(caches.line).is_integer()
    assert 2 <= row.core.latency <= 10


@ROWS
def test_rates_are_those_of_the_vectors_that_the_level_has(row):
    count = WIDTHS.index(TARGETS[row.level].vector_bits) + 1
    for rates in (row.core.fma, row.core.loads, row.core.stores):
        assert len(rates) == count
        assert list(rates) == sorted(rates, reverse=True)


def test_no_processor_is_two_rows():
    named = [(vendor, family, model) for row in CPUS.values() for vendor, family, models in row.ids for model in models]
    assert len(named) == len(set(named)) > 50


def test_the_processors_of_the_issue_are_there():
    wanted = (
        "haswell skylake-x icelake sapphirerapids zen2 zen3 zen4 zen5 neoverse-n1 neoverse-v1 cortex-a72 cortex-a76"
    )
    assert set(wanted.split()) | set(TARGETS) <= set(CPUS)


def of_level(level):
    return [name for name, row in CPUS.items() if row.level == level]


def test_a_target_is_tuned_for_what_runs_its_code():
    assert tuned_for(TARGETS["aarch64"]) == of_level("aarch64")
    assert {"neoverse-n1", "neoverse-v1", "cortex-a72", "cortex-a76"} <= set(of_level("aarch64"))
    assert {"zen3", "zen4", "haswell"} <= set(tuned_for(TARGETS["x86-64-v3"]))
    assert not {"zen3", "haswell", "x86-64-v3", "cortex-a72"} & set(tuned_for(TARGETS["x86-64-v4"]))


def test_a_processor_by_name():
    target = resolve_target("x86-64-v3", "zen3")
    assert target == attrs.evolve(TARGETS["x86-64-v3"], cpu=CPUS["zen3"])
    assert resolve_target("host", resolve_target("host").cpu.level).cpu == CPUS[resolve_target("host").cpu.level]


@pytest.mark.parametrize(
    ("target", "name", "text"),
    [
        ("x86-64-v3", "zen99", f"unknown processor 'zen99' to tune for; there are: {', '.join(CPUS)}"),
        (
            "aarch64",
            "zen3",
            "zen3 does not run code for aarch64, so choices cannot be made for it; these do: "
            f"{', '.join(of_level('aarch64'))}",
        ),
        (
            "x86-64-v4",
            "zen3",
            "zen3 does not run code for x86-64-v4, so choices cannot be made for it; these do: "
            f"{', '.join(of_level('x86-64-v4'))}",
        ),
    ],
)
def test_a_processor_that_does_not_fit_is_refused(target, name, text):
    with pytest.raises(UsageError) as refusal:
        resolve_target(target, name)
    assert str(refusal.value) == text


def test_the_costs_of_a_tile_follow_the_figures():
    """14×2 vectors: 28 multiply-adds by one pipe or two; the tie-break is 0.02 a column."""
    one, two = (resolve_target("x86-64-v4", name) for name in ("zen4", "sapphirerapids"))
    assert tile_cycles(14, 2, one) == 28 / 1 + 0.04
    assert tile_cycles(14, 2, two) == 28 / 2 + 0.04
    # 2×1: two additions in a row take as long as the latency: 5 cycles on Haswell, 4 on Zen 3.
    assert tile_cycles(2, 1, resolve_target("x86-64-v3", "haswell")) == 5.02
    assert tile_cycles(2, 1, resolve_target("x86-64-v3", "zen3")) == 4.02


@pytest.mark.parametrize(("level", "pipes", "loads"), [("x86-64-v2", 2, 2), ("x86-64-v3", 2, 2), ("x86-64-v4", 1, 1)])
def test_a_level_costs_what_was_fitted(level, pipes, loads):
    """6×4: 24 multiply-adds; 8×1: nine loads at 1.6 cycles for each that a cycle starts; 1×1: the latency."""
    target = TARGETS[level]
    assert tile_cycles(6, 4, target) == max(24 / pipes, 10 * 1.6 / loads) + 0.08
    assert tile_cycles(8, 1, target) == 9 * 1.6 / loads + 0.02
    assert tile_cycles(1, 1, target) == 4.02
    assert stream(1 << 20, 1, target, cold=False) == (1 << 20) / 14
    assert stream(1 << 20, 1, target, cold=True) == (1 << 20) / 5


def test_a_choice_follows_the_figures():
    """What lies between two layers runs in row tiles where the last cache does not keep it: 1.5 MiB are more than a
    sixteenth of 16 MiB (Zen 2), and less than a sixteenth of 32 MiB (Zen 3). Weights of 6 MiB come from memory where
    the last cache has 8 MiB (Haswell), not where it has 32: 6 MiB at 14 bytes a cycle, and not at 5."""
    old, new, small = (resolve_target("x86-64-v3", name) for name in ("zen2", "zen3", "haswell"))
    size = 3 << 19
    assert is_worth(size, old)
    assert not is_worth(size, new)
    assert is_cold(6 << 20, small)
    assert stream(6 << 20, 1, small, cold=False) == (6 << 20) / 5
    assert stream(6 << 20, 1, new, cold=False) == (6 << 20) / 14


def test_measured_choices_belong_to_the_processor(tmp_path):
    write_tuned(tmp_path / "t.json", Tuned({}), resolve_target("x86-64-v3", "zen3"))
    assert read_tuned(tmp_path / "t.json", resolve_target("x86-64-v3", "zen3")).names == {}
    with pytest.raises(InputError, match=r"was measured for cpu {'name': 'zen3', .*, not {'name': 'x86-64-v3', "):
        read_tuned(tmp_path / "t.json", TARGETS["x86-64-v3"])


LOOP = """; ModuleID = 'k'
declare i64 @llvm.bswap.i64(i64)
declare i64 @llvm.ctlz.i64(i64, i1)
define void @k(ptr %p, ptr %q, <8 x float> %x, <8 x float> %y) {
  %old = load atomic i64, ptr %p acquire, align 8
  %sum = atomicrmw add ptr %q, i64 %old seq_cst
  %swapped = cmpxchg ptr %q, i64 %sum, i64 0 seq_cst seq_cst
  %product = fmul contract <8 x float> %x, %y
  %total = fadd contract <8 x float> %product, %x
  %bits = fptosi <8 x float> %total to <8 x i32>
  %words = bitcast <8 x i32> %bits to <32 x i8>
  store <32 x i8> %words, ptr %p, align 4
  %turned = call i64 @llvm.bswap.i64(i64 %old)
  %zeros = call i64 @llvm.ctlz.i64(i64 %turned, i1 false)
  store i64 %zeros, ptr %q, align 8
  ret void
}
"""


@pytest.mark.parametrize("name", [name for name, row in CPUS.items() if row.name != row.level])
def test_the_name_adds_no_instruction(name):
    """LLVM gets the processor's name for its scheduling alone: the instructions are those of the target, the smallest
    that the processor runs."""
    smallest = next(target.name for target in TARGETS.values() if name in tuned_for(target))
    found = {}
    for cpu in (None, name):
        target = resolve_target(smallest, cpu)
        (code,) = compile_modules([LOOP], target, assembly=True, workers=1)
        lines = (line.split("#")[0].split() for line in code.assembly.splitlines())
        found[cpu] = sorted(words[0] for words in lines if words and not words[0].startswith((".", "//", "k:")))
    assert found[name] == found[None]
    assert feature_text(resolve_target(smallest, name)) == feature_text(TARGETS[smallest])
