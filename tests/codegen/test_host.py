"""The machine finds its row: by what /proc/cpuinfo and /sys say, faked here for every processor of the table."""

import attrs
import pytest

from dldt.codegen import host
from dldt.codegen.cpus import CPUS
from dldt.codegen.target import TARGETS
from dldt.compiler.errors import UnsupportedError

KNOWN = [(row, ids) for row in CPUS.values() for ids in row.ids]


class Machine:
    """What ``dldt.runtime.cpu`` tells of a machine."""

    def __init__(self, arch, features, **fields):
        self.features, self._arch, self._fields = set(features), arch, fields

    def arch(self):
        return self._arch

    def fields(self):
        return {name.replace("_", " ") if name != "vendor_id" else name: text for name, text in self._fields.items()}

    def missing(self, features):
        return [feature for feature in features if feature not in self.features]

    def has(self, feature):
        return feature in self.features


def target_of(monkeypatch, machine, caches=None):
    monkeypatch.setattr(host, "machine", machine)
    monkeypatch.setattr(host, "_caches", lambda: caches or {})
    return host.host_target.__wrapped__()


def fake(row, ids, level=None):
    """A processor of the row; with the features of a lower level where a hypervisor hides the others."""
    vendor, family, models = ids
    target = TARGETS[level or row.level]
    if target.arch == "x86_64":
        texts = {"vendor_id": vendor, "cpu_family": str(family), "model": str(models[-1])}
    else:
        texts = {"CPU_implementer": vendor, "CPU_architecture": str(family), "CPU_part": hex(models[-1])}
    return Machine(target.arch, target.features, **texts)


@pytest.mark.parametrize(("row", "ids"), KNOWN, ids=[row.name for row, _ in KNOWN])
def test_a_processor_finds_its_row(row, ids, monkeypatch):
    """Choices are by its figures where they were measured, else by those of its level: but for the caches."""
    found, level = target_of(monkeypatch, fake(row, ids)), TARGETS[row.level]
    own = row if row.measured else attrs.evolve(level.cpu, llvm=row.llvm, caches=row.caches)
    assert found == attrs.evolve(level, name="host", cpu=own)
    assert found.cpu.llvm == row.llvm != level.cpu.llvm
    assert found.cpu.caches == row.caches


def test_caches_are_the_machine_s(monkeypatch):
    row = CPUS["zen3"]
    found = target_of(monkeypatch, fake(row, row.ids[0]), {1: (48 << 10, 12), 2: (1 << 20, 8), 3: (96 << 20, 16)})
    assert (found.l1, found.l2, found.l3) == (48 << 10, 1 << 20, 96 << 20)
    assert found.cpu.caches.l1_way == 4096
    assert found.cpu.llvm == "znver3"
    only = target_of(monkeypatch, fake(row, row.ids[0]), {1: (64 << 10, 0)})
    assert only.cpu.caches == attrs.evolve(row.caches, l1=64 << 10)


def test_hidden_features_leave_the_row(monkeypatch):
    row = CPUS["zen4"]
    found = target_of(monkeypatch, fake(row, row.ids[0], "x86-64-v3"))
    assert found == attrs.evolve(TARGETS["x86-64-v3"], name="host", cpu=row)
    assert (found.fma_per_cycle, found.loads_per_cycle) == (2, 2)


@pytest.mark.parametrize(
    "texts",
    [
        {"vendor_id": "GenuineIntel", "cpu_family": "6", "model": "1"},
        {"vendor_id": "Somebody", "cpu_family": "25", "model": "1"},
        {"vendor_id": "GenuineIntel", "cpu_family": "six", "model": "143"},
        # The number of Haswell, with features that it never had.
        {"vendor_id": "GenuineIntel", "cpu_family": "6", "model": "60"},
        {},
    ],
)
def test_an_unknown_processor_gets_the_row_of_its_level(texts, monkeypatch):
    machine = Machine("x86_64", TARGETS["x86-64-v4"].features, **texts)
    assert target_of(monkeypatch, machine) == attrs.evolve(TARGETS["x86-64-v4"], name="host")


@pytest.mark.parametrize(
    ("level", "has", "uses"),
    [
        ("x86-64-v4", {"avx512bf16", "avxvnni"}, {"avx512bf16", "avxvnni"}),
        ("x86-64-v3", {"avx512bf16", "avxvnni"}, {"avxvnni"}),
        ("x86-64-v2", {"avxvnni", "gfni"}, {"gfni"}),
        ("aarch64", {"bf16", "sve"}, {"bf16"}),
    ],
)
def test_extensions_are_those_that_the_vectors_allow(level, has, uses, monkeypatch):
    found = target_of(monkeypatch, Machine(TARGETS[level].arch, {*TARGETS[level].features, *has}))
    assert set(found.features) == {*TARGETS[level].features, *uses}


def test_another_machine_is_refused(monkeypatch):
    for machine in (Machine("riscv64", ()), Machine("x86_64", ("sse3",))):
        with pytest.raises(
            UnsupportedError, match=r"dldt makes no code for this machine .*: it needs x86-64 with SSE4\.2"
        ):
            target_of(monkeypatch, machine)
