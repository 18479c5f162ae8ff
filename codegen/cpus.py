"""The processors that dldt can tune code for: one row each, with a source for every figure.

To add a processor, add a row here; nothing else changes. Figures that no manual gives are those of the generic rows,
which were fitted to measurements on Zen 4. Their source says so (``FITTED``).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

Ids = tuple[str, int, tuple[int, ...]]
"""Vendor, family and models as /proc/cpuinfo names them; on Arm, the implementer, the architecture and the parts."""

WIDTHS = (128, 256, 512)
"""Vector widths in bits. Rates are listed in this order, as many as the processor has widths."""


@attrs.frozen
class Fit:
    """Figures of the cost model that come from measurements and that no manual gives; in cycles of one core unless
    stated otherwise.

    They were fitted on Zen 4 and serve all rows. A row may get a fit of its own once such a machine is measured.
    """

    load: float = 1.6
    """Cost of a load in a register tile, relative to a load that starts as soon as it can: loads are not evenly
    spread."""
    result: float = 4.0
    """Cost of the epilogue and the store of one vector of results."""
    row_reads: int = 11
    """The most pixels that a channelwise tile reads in one row. Larger tiles do all their reads before their writes and
    wait for memory (up to 1.5 times as long on maps that no cache holds; no difference on small ones)."""
    sums: int = 8
    """Vectors of one sequence that a recurrent layer sums at a time, enough to hide the latency of the additions."""
    strip: float = 16.0
    """Cost of the start and the end of one strip of Winograd's products."""
    strip_row: float = 0.06
    """Cost that every row of a strip adds to each step of the strip."""
    moved: tuple[float, float, float] = (3.0, 2.0, 4.0)
    """Costs of moving a vector in Winograd's transforms: reading an input and writing its product, reading a product,
    writing a result."""
    copied: float = 8.0
    """Cost of copying an input vector of a tile that reaches past the image."""
    column_delay: float = 0.05
    """Share by which reading filters from memory slows down for every further column of the tile (1 to 6 columns)."""
    meeting: int = 10_000
    """Cost of a barrier between threads, in scalar operations of one of them. A barrier of two takes 0.35 µs, some
    5,000 operations; the other half is for data that one thread wrote and another reads from the first one's cache
    (5,000 and 20,000 were no faster on networks of 20 to 2500 µs)."""
    team_work: int = 5_000_000
    """The least work of all shared kernels of an inference for which sleeping threads are woken, in scalar operations:
    0.2 to 0.4 ms of one thread's time. A micro-kernel's multiply-add counts a quarter. Waking a sleeping thread took
    0.1 to 0.5 ms."""
    awake_work: int = 250_000
    """The same for threads that are still awake from the inference before: 20 µs of one thread's time."""


@attrs.frozen
class Caches:
    """Sizes in bytes."""

    l1: int
    """The first level, for data."""
    l2: int
    """A core's share of the second level."""
    l3: int
    """The last level that a core reaches; the second level on a processor without a third."""
    line: int = 64
    l1_way: int = 4096
    """The distance of addresses that share a set of the first level: the cache's size divided by its ways."""


@attrs.frozen
class Core:
    """Vector instructions that a core starts in a cycle, for each of ``WIDTHS``: fused multiply-adds (without FMA,
    multiplications and additions), loads, and stores (which no choice reads yet)."""

    fma: tuple[float, ...]
    loads: tuple[float, ...]
    stores: tuple[float, ...]
    latency: float
    """Cycles from a multiply-add to the next one that adds to its result."""


@attrs.frozen
class Bandwidth:
    """Bytes a cycle that one core can read: from the second level, the last level, main memory."""

    l2: float
    l3: float = 14.0
    memory: float = 5.0


@attrs.frozen
class Cpu:
    """A processor. ``sources`` maps a figure (``caches.l1``) or a group of figures (``caches``: all others of the
    group) to its source."""

    name: str
    title: str
    level: str
    """The largest target whose code the processor runs."""
    llvm: str
    """LLVM's name of the processor. Only LLVM's scheduling model follows from it: features are always listed
    explicitly."""
    ids: tuple[Ids, ...]
    caches: Caches
    core: Core
    bandwidth: Bandwidth
    sources: Mapping[str, str] = attrs.field(eq=False, repr=False)
    measured: bool = False
    """Whether choices made by these figures were measured on such a machine. Until then the target ``host`` takes only
    the caches from this row, because the cost model was fitted on Zen 4. ``--tune-for`` takes all figures."""
    fit: Fit = Fit()

    @property
    def figures(self) -> dict[str, int | float | tuple[float, ...]]:
        """Every figure by its name, ``caches.l1`` and so on."""
        groups: dict[str, Caches | Core | Bandwidth]
        groups = {"caches": self.caches, "core": self.core, "bandwidth": self.bandwidth}
        return {f"{name}.{key}": value for name, group in groups.items() for key, value in attrs.asdict(group).items()}

    def source(self, figure: str) -> str:
        """The source of a figure."""
        return self.sources.get(figure) or self.sources[figure.partition(".")[0]]


_FITTED = "fitted on Zen 4"
_SHARED = "not known for this processor; as fitted on Zen 4"
_INTEL = "Intel 64 and IA-32 Architectures Optimization Reference Manual"
_UOPS = "uops.info"
_CHEESE = "Chips and Cheese"
_AMD = "AMD Software Optimization Guide for {}"
_ARM = "Arm {} Software Optimization Guide"
_TRM = "Arm {} Technical Reference Manual"


def _generic(level: str, llvm: str, widths: int) -> Cpu:
    """The row of a level: the figures of a Zen 4 core, which computes vectors of 512 bits in two halves."""
    return Cpu(
        name=level,
        title=f"any that runs {level}",
        level=level,
        llvm=llvm,
        ids=(),
        caches=Caches(l1=32 << 10, l2=1 << 20, l3=16 << 20),
        core=Core((2.0, 2.0, 1.0)[:widths], (2.0, 2.0, 1.0)[:widths], (1.0, 1.0, 0.5)[:widths], latency=4.0),
        bandwidth=Bandwidth(l2=64.0),
        sources={"caches": _FITTED, "core": _FITTED, "bandwidth": _FITTED},
    )


_ROWS = (
    _generic("x86-64-v2", "x86-64-v2", 1),
    _generic("x86-64-v3", "x86-64-v3", 2),
    _generic("x86-64-v4", "x86-64-v4", 3),
    _generic("aarch64", "generic", 1),
    Cpu(
        name="haswell",
        title="Intel Haswell and Broadwell (Core 4000 and 5000, Xeon E v3 and v4)",
        level="x86-64-v3",
        llvm="haswell",
        ids=(("GenuineIntel", 6, (0x3C, 0x3F, 0x45, 0x46, 0x3D, 0x47, 0x4F, 0x56)),),
        caches=Caches(l1=32 << 10, l2=256 << 10, l3=8 << 20),
        core=Core(fma=(2, 2), loads=(2, 2), stores=(1, 1), latency=5),
        bandwidth=Bandwidth(l2=25, l3=14),
        sources={"caches": _INTEL, "core": _UOPS, "bandwidth": f"{_INTEL} (of Broadwell)", "bandwidth.memory": _SHARED},
    ),
    Cpu(
        name="skylake",
        title="Intel Skylake to Comet Lake (Core 6000 to 10000)",
        level="x86-64-v3",
        llvm="skylake",
        ids=(("GenuineIntel", 6, (0x4E, 0x5E, 0x8E, 0x9E, 0xA5, 0xA6)),),
        caches=Caches(l1=32 << 10, l2=256 << 10, l3=8 << 20),
        core=Core(fma=(2, 2), loads=(2, 2), stores=(1, 1), latency=4),
        bandwidth=Bandwidth(l2=29, l3=18),
        sources={"caches": _INTEL, "core": _UOPS, "bandwidth": _INTEL, "bandwidth.memory": _SHARED},
    ),
    Cpu(
        name="skylake-x",
        title="Intel Skylake-X, Skylake-SP and Cascade Lake, with two 512-bit pipes",
        level="x86-64-v4",
        llvm="skylake-avx512",
        ids=(("GenuineIntel", 6, (0x55,)),),
        caches=Caches(l1=32 << 10, l2=1 << 20, l3=22 << 20),
        core=Core(fma=(2, 2, 2), loads=(2, 2, 2), stores=(1, 1, 1), latency=4),
        bandwidth=Bandwidth(l2=52, l3=15),
        sources={"caches": _INTEL, "core": _UOPS, "bandwidth": _INTEL, "bandwidth.memory": _SHARED},
    ),
    Cpu(
        name="icelake",
        title="Intel Ice Lake-SP (Xeon of the third generation)",
        level="x86-64-v4",
        llvm="icelake-server",
        ids=(("GenuineIntel", 6, (0x6A, 0x6C)),),
        caches=Caches(l1=48 << 10, l2=1280 << 10, l3=48 << 20),
        core=Core(fma=(2, 2, 2), loads=(2, 2, 2), stores=(2, 2, 1), latency=4),
        bandwidth=Bandwidth(l2=48, l3=21),
        sources={
            "caches": _INTEL,
            "core": _UOPS,
            "bandwidth": f"{_INTEL} (of the client's core)",
            "bandwidth.memory": _SHARED,
        },
    ),
    Cpu(
        name="icelake-client",
        title="Intel Ice Lake and Tiger Lake of laptops, with one 512-bit pipe",
        level="x86-64-v4",
        llvm="icelake-client",
        ids=(("GenuineIntel", 6, (0x7D, 0x7E, 0x8C, 0x8D)),),
        caches=Caches(l1=48 << 10, l2=512 << 10, l3=8 << 20),
        core=Core(fma=(2, 2, 1), loads=(2, 2, 2), stores=(2, 2, 1), latency=4),
        bandwidth=Bandwidth(l2=48, l3=21),
        sources={"caches": _INTEL, "core": _UOPS, "bandwidth": _INTEL, "bandwidth.memory": _SHARED},
    ),
    Cpu(
        name="alderlake",
        title="Intel Alder Lake and Raptor Lake, their fast cores",
        level="x86-64-v3",
        llvm="alderlake",
        ids=(("GenuineIntel", 6, (0x97, 0x9A, 0xB7, 0xBA, 0xBF)),),
        caches=Caches(l1=48 << 10, l2=1280 << 10, l3=30 << 20),
        core=Core(fma=(2, 2), loads=(3, 3), stores=(2, 2), latency=4),
        bandwidth=Bandwidth(l2=48),
        sources={"caches": _INTEL, "core": _UOPS, "bandwidth.l2": _INTEL, "bandwidth": _SHARED},
    ),
    Cpu(
        name="sapphirerapids",
        title="Intel Sapphire Rapids, Emerald Rapids and Granite Rapids (Xeon of the fourth generation and later)",
        level="x86-64-v4",
        llvm="sapphirerapids",
        ids=(("GenuineIntel", 6, (0x8F, 0xCF, 0xAD)),),
        caches=Caches(l1=48 << 10, l2=2 << 20, l3=105 << 20),
        core=Core(fma=(2, 2, 2), loads=(3, 3, 2), stores=(2, 2, 1), latency=4),
        bandwidth=Bandwidth(l2=48),
        sources={
            "caches": f"{_INTEL}; {_CHEESE}, A Peek at Sapphire Rapids",
            "core": f"{_UOPS} (Alder Lake with AVX-512); {_CHEESE}, A Peek at Sapphire Rapids: two 512-bit pipes",
            "bandwidth.l2": _INTEL,
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="zen2",
        title="AMD Zen 2 (Ryzen 3000 and 4000, EPYC 7002)",
        level="x86-64-v3",
        llvm="znver2",
        ids=(("AuthenticAMD", 0x17, tuple(range(0x30, 0x100))),),
        caches=Caches(l1=32 << 10, l2=512 << 10, l3=16 << 20),
        core=Core(fma=(2, 2), loads=(2, 2), stores=(1, 1), latency=5),
        bandwidth=Bandwidth(l2=31),
        sources={
            "caches": _AMD.format("family 17h models 30h and greater"),
            "core": _UOPS,
            "bandwidth.l2": f"{_CHEESE}, Deep Diving Neoverse N1 (measured beside it)",
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="zen3",
        title="AMD Zen 3 (Ryzen 5000 and 6000, EPYC 7003)",
        level="x86-64-v3",
        llvm="znver3",
        ids=(("AuthenticAMD", 0x19, (*range(0x10), *range(0x20, 0x60))),),
        caches=Caches(l1=32 << 10, l2=512 << 10, l3=32 << 20),
        core=Core(fma=(2, 2), loads=(2, 2), stores=(1, 1), latency=4),
        bandwidth=Bandwidth(l2=32),
        sources={
            "caches": _AMD.format("family 19h"),
            "core": _AMD.format("family 19h"),
            "bandwidth.l2": _AMD.format("family 19h"),
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="zen4",
        title="AMD Zen 4 (Ryzen 7000 and 8000, EPYC 9004)",
        level="x86-64-v4",
        llvm="znver4",
        ids=(("AuthenticAMD", 0x19, (*range(0x10, 0x20), *range(0x60, 0x80), *range(0xA0, 0xB0))),),
        caches=Caches(l1=32 << 10, l2=1 << 20, l3=32 << 20),
        core=Core(fma=(2, 2, 1), loads=(2, 2, 1), stores=(1, 1, 0.5), latency=4),
        bandwidth=Bandwidth(l2=64),
        sources={
            "caches": _AMD.format("the Zen 4 microarchitecture"),
            "core": _AMD.format("the Zen 4 microarchitecture"),
            "bandwidth": _FITTED,
        },
        measured=True,
    ),
    Cpu(
        name="zen5",
        title="AMD Zen 5 with 512-bit pipes (Ryzen 9000, EPYC 9005)",
        level="x86-64-v4",
        llvm="znver5",
        ids=(("AuthenticAMD", 0x1A, (*range(0x20), *range(0x40, 0x50))),),
        caches=Caches(l1=48 << 10, l2=1 << 20, l3=32 << 20),
        core=Core(fma=(2, 2, 2), loads=(2, 2, 2), stores=(2, 2, 1), latency=4),
        bandwidth=Bandwidth(l2=64),
        sources={
            "caches": _AMD.format("the Zen 5 microarchitecture"),
            "core": _AMD.format("the Zen 5 microarchitecture"),
            "bandwidth.l2": _AMD.format("the Zen 5 microarchitecture"),
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="neoverse-n1",
        title="Arm Neoverse N1 (Graviton 2, Ampere Altra)",
        level="aarch64",
        llvm="neoverse-n1",
        ids=(("0x41", 8, (0xD0C,)),),
        caches=Caches(l1=64 << 10, l2=1 << 20, l3=32 << 20, l1_way=16384),
        core=Core(fma=(2,), loads=(2,), stores=(2,), latency=4),
        bandwidth=Bandwidth(l2=19),
        sources={
            "caches": _TRM.format("Neoverse N1"),
            "caches.l3": "Amazon's description of Graviton 2",
            "core": _ARM.format("Neoverse N1"),
            "bandwidth.l2": f"{_CHEESE}, Deep Diving Neoverse N1 (Ampere Altra)",
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="neoverse-v1",
        title="Arm Neoverse V1 (Graviton 3)",
        level="aarch64",
        llvm="neoverse-v1",
        ids=(("0x41", 8, (0xD40,)),),
        caches=Caches(l1=64 << 10, l2=1 << 20, l3=32 << 20, l1_way=16384),
        core=Core(fma=(4,), loads=(3,), stores=(2,), latency=4),
        bandwidth=Bandwidth(l2=64),
        sources={
            "caches": _TRM.format("Neoverse V1"),
            "caches.l3": "Amazon's description of Graviton 3",
            "core": _ARM.format("Neoverse V1"),
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="cortex-a72",
        title="Arm Cortex-A72 (Raspberry Pi 4)",
        level="aarch64",
        llvm="cortex-a72",
        ids=(("0x41", 8, (0xD08,)),),
        caches=Caches(l1=32 << 10, l2=1 << 20, l3=1 << 20, l1_way=16384),
        core=Core(fma=(1,), loads=(1,), stores=(1,), latency=7),
        bandwidth=Bandwidth(l2=64),
        sources={
            "caches": _TRM.format("Cortex-A72"),
            "caches.l2": "Broadcom BCM2711: the four cores share the second level, there is no third",
            "caches.l3": "Broadcom BCM2711: the four cores share the second level, there is no third",
            "core": _ARM.format("Cortex-A72"),
            "bandwidth": _SHARED,
        },
    ),
    Cpu(
        name="cortex-a76",
        title="Arm Cortex-A76 (Raspberry Pi 5)",
        level="aarch64",
        llvm="cortex-a76",
        ids=(("0x41", 8, (0xD0B,)),),
        caches=Caches(l1=64 << 10, l2=512 << 10, l3=2 << 20, l1_way=16384),
        core=Core(fma=(2,), loads=(2,), stores=(2,), latency=4),
        bandwidth=Bandwidth(l2=64),
        sources={
            "caches": _TRM.format("Cortex-A76"),
            "caches.l2": "Broadcom BCM2712: the four cores share the third level",
            "caches.l3": "Broadcom BCM2712: the four cores share the third level",
            "core": _ARM.format("Cortex-A76"),
            "bandwidth": _SHARED,
        },
    ),
)

CPUS = {row.name: row for row in _ROWS}
"""The rows by name. The rows that stand for any processor of a level come first."""
