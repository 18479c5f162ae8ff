"""The machine to compile for: the instructions that code may use, and the processor that choices are made for."""

from __future__ import annotations

import attrs

from dldt.codegen.cpus import CPUS, WIDTHS, Cpu

_X86, _ARM = "x86_64", "aarch64"


@attrs.frozen
class Target:
    """A machine to compile for: passed down, never global.

    ``triple``, ``features``, ``vector_bits`` (bits of a vector register in use), ``registers`` (number of vector
    registers) and ``fma`` (whether there are fused multiply-adds) say what the code may use. ``cpu`` says what
    instructions and memory cost.
    """

    name: str
    triple: str
    features: tuple[str, ...]
    vector_bits: int
    registers: int
    fma: bool
    cpu: Cpu

    @property
    def arch(self) -> str:
        """The architecture as the operating system names it: the first word of the triple."""
        return self.triple.split("-", 1)[0]

    def lanes(self, size: int) -> int:
        """How many elements of ``size`` bytes a vector register holds."""
        return self.vector_bits // 8 // size

    @property
    def block(self) -> int:
        """The channel block of the NCHWc layout: the number of f32 lanes of one register."""
        return self.lanes(4)

    # What the code may use, by meaning.

    def can(self, capability: str) -> bool:
        """Whether the code may use something, by the name of a property of this class; "" is always there."""
        return not capability or bool(getattr(self, capability))

    def widens_single_stores(self, bits: int, lanes: int) -> bool:
        """Whether LLVM stores numbers of fewer bits, narrowed in registers, in their wide type where it knows that a
        mask of so many lanes has one lane. It writes over what lies behind them then."""
        return self.has_masks and bits < 32 and lanes >= 8

    @property
    def has_masks(self) -> bool:
        """Whether loads and stores can be masked lane by lane at no cost (AVX-512)."""
        return "avx512f" in self.features

    @property
    def has_half_vectors(self) -> bool:
        """Whether instructions on half a vector cost half as much on some processors (AVX-512 on 256-bit pipes), and
        never cost more."""
        return self.vector_bits == 512

    @property
    def converts_half(self) -> bool:
        """Whether instructions convert between half precision and float."""
        return self.arch == _ARM or "f16c" in self.features

    @property
    def multiplies_bfloat(self) -> bool:
        """Whether an instruction multiplies pairs of bfloats and adds them to floats (AVX512_BF16)."""
        return "avx512bf16" in self.features

    @property
    def dot_bfloat(self) -> str:
        """LLVM's name, without the width, of the instruction that ``multiplies_bfloat`` refers to."""
        return "llvm.x86.avx512bf16.dpbf16ps"

    @property
    def dot_u8_i8(self) -> str | None:
        """LLVM's name, without the width, of the instruction that adds four products of unsigned by signed bytes to
        each lane (AVX512_VNNI, AVX_VNNI, Arm's I8MM); None where there is none."""
        if self.arch == _ARM:
            return "llvm.aarch64.neon.usdot" if "i8mm" in self.features else None
        wanted = "avx512vnni" if self.vector_bits == 512 else "avxvnni"
        return "llvm.x86.avx512.vpdpbusd" if wanted in self.features else None

    @property
    def dot_i8_i8(self) -> str | None:
        """The same for signed bytes (Arm's dot products)."""
        return "llvm.aarch64.neon.sdot" if "dotprod" in self.features else None

    @property
    def dot_u8_u8(self) -> str | None:
        """The same for unsigned bytes (Arm's dot products)."""
        return "llvm.aarch64.neon.udot" if "dotprod" in self.features else None

    @property
    def dot_words(self) -> str | None:
        """LLVM's name, without the width, of the instruction that adds two products of 16-bit integers to each lane;
        None where there is none."""
        wanted = "avx512vnni" if self.vector_bits == 512 else "avxvnni"
        return "llvm.x86.avx512.vpdpwssd" if wanted in self.features else None

    @property
    def pairs_words(self) -> bool:
        """Whether an instruction multiplies 16-bit integers and sums the products of pairs."""
        return self.arch == _X86

    def pair_words(self, bits: int) -> str:
        """LLVM's name of that instruction on vectors of ``bits`` bits."""
        return {128: "llvm.x86.sse2.pmadd.wd", 256: "llvm.x86.avx2.pmadd.wd", 512: "llvm.x86.avx512.pmaddw.d.512"}[bits]

    @property
    def packs_words(self) -> bool:
        """Whether an instruction makes one vector of two, of integers of half the size, saturated."""
        return self.arch == _X86

    def pack_integers(self, size: int, bits: int, *, signed: bool) -> str:
        """LLVM's name of that instruction, for results of ``size`` bits in vectors of ``bits`` bits."""
        name = {(16, True): "packssdw", (8, True): "packsswb", (8, False): "packuswb"}[size, signed]
        return {128: f"llvm.x86.sse2.{name}.128", 256: f"llvm.x86.avx2.{name}"}.get(bits, f"llvm.x86.avx512.{name}.512")

    @property
    def multiplies_long(self) -> bool:
        """Whether an instruction multiplies 16-bit integers and adds the products to 32-bit ones."""
        return self.arch == _ARM

    def narrow_bfloat(self, lanes: int) -> str | None:
        """LLVM's name of the instruction that rounds ``lanes`` floats to bfloats; None where there is none."""
        return "llvm.x86.avx512bf16.cvtneps2bf16" if self.multiplies_bfloat and lanes == 16 else None

    def scale_by_power(self, element: str, bits: int) -> str | None:
        """LLVM's name of the instruction that multiplies vectors of ``bits`` bits by powers of two, where there is
        one; ``element`` is ``float`` or ``double``."""
        needed = {512: "avx512f", 256: "avx512vl", 128: "avx512vl"}.get(bits)
        kind = "s" if element == "float" else "d"
        return f"llvm.x86.avx512.mask.scalef.p{kind}.{bits}" if needed in self.features else None

    @property
    def inline_register_class(self) -> str:
        """The constraint of inline assembly for a vector register, any of them."""
        return "w" if self.arch == _ARM else "v" if self.has_masks else "x"

    @property
    def absent(self) -> tuple[str, ...]:
        """Features that LLVM enables for some processor name and that the code may not use."""
        known = _X86_EXTENSIONS if self.arch == _X86 else _ARM_EXTENSIONS
        return tuple(feature for feature in known if feature not in self.features)

    # What the code costs.

    @property
    def fma_per_cycle(self) -> float:
        """Multiply-adds of whole vectors that the processor starts in a cycle."""
        return self.cpu.core.fma[WIDTHS.index(self.vector_bits)]

    @property
    def loads_per_cycle(self) -> float:
        """Loads of whole vectors that the processor starts in a cycle."""
        return self.cpu.core.loads[WIDTHS.index(self.vector_bits)]

    @property
    def short_loads_per_cycle(self) -> float:
        """Loads that broadcast one element to all lanes, that the processor starts in a cycle."""
        return self.cpu.core.loads[0]

    @property
    def l1(self) -> int:
        """Bytes of the first-level data cache."""
        return self.cpu.caches.l1

    @property
    def l2(self) -> int:
        """Bytes of a core's second-level cache."""
        return self.cpu.caches.l2

    @property
    def l3(self) -> int:
        """Bytes of the last cache that a core reaches."""
        return self.cpu.caches.l3


# Features that LLVM enables for some processor names beyond those that targets list.
_X86_EXTENSIONS = (
    *("sse4a", "xop", "fma4", "tbm", "avx", "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe", "adx", "gfni"),
    *("vaes", "vpclmulqdq", "sha", "aes", "pclmul", "avxvnni", "avxifma", "avxvnniint8", "avxneconvert"),
    *("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vnni", "avx512bf16", "avx512fp16"),
    *("avx512vbmi", "avx512vbmi2", "avx512bitalg", "avx512vpopcntdq", "avx512ifma", "avx512vp2intersect"),
    *("avxvnniint16", "sha512", "sm3", "sm4", "amx-tile", "amx-int8", "amx-bf16", "amx-fp16", "prefer-256-bit"),
)
_ARM_EXTENSIONS = (
    *("dotprod", "fullfp16", "bf16", "i8mm", "lse", "sve", "sve2", "outline-atomics", "rcpc", "rcpc-immo", "rdm"),
    *("complxnum", "fp16fml", "lse2", "flagm", "altnzcv", "fptoint", "sha2", "sha3", "aes", "crc", "jsconv"),
)

_V2 = ("sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cx16")
_V3 = (*_V2, "avx", "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe")
_V4 = (*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
_LINUX = "unknown-linux-gnu"

TARGETS = {
    target.name: target
    for target in (
        Target("x86-64-v2", f"{_X86}-{_LINUX}", _V2, 128, 16, False, CPUS["x86-64-v2"]),
        Target("x86-64-v3", f"{_X86}-{_LINUX}", _V3, 256, 16, True, CPUS["x86-64-v3"]),
        Target("x86-64-v4", f"{_X86}-{_LINUX}", _V4, 512, 32, True, CPUS["x86-64-v4"]),
        Target("aarch64", f"{_ARM}-{_LINUX}", ("neon",), 128, 32, True, CPUS["aarch64"]),
    )
}
"""The targets by name; those of one architecture stand from the smallest up. Each stands for any processor that runs
its code."""


def tuned_for(target: Target) -> list[str]:
    """The names of the processors that the target can be tuned for: those that run its code."""
    return [name for name, cpu in CPUS.items() if _runs(TARGETS[cpu.level], target)]


def _runs(level: Target, target: Target) -> bool:
    return level.arch == target.arch and level.vector_bits >= target.vector_bits
