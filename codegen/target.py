"""What the machine is: a frozen record that is passed down, never global."""

from __future__ import annotations

import attrs


@attrs.frozen
class Target:
    """A machine to compile for.

    ``vector_bits`` is the width of a vector register in use; ``registers`` how many there are; ``fma`` whether a fused
    multiply-add exists. Caches are bytes a core (L1 data, L2) and bytes shared (L3).
    """

    name: str
    triple: str
    cpu: str
    features: tuple[str, ...]
    vector_bits: int
    registers: int
    fma: bool
    l1: int = 32 << 10
    l2: int = 1 << 20
    l3: int = 16 << 20

    @property
    def arch(self) -> str:
        """``x86_64`` or ``aarch64``."""
        return self.triple.split("-", 1)[0]

    @property
    def has_masks(self) -> bool:
        """Whether loads and stores can be masked lane by lane at no cost (AVX-512)."""
        return "avx512f" in self.features

    @property
    def converts_half(self) -> bool:
        """Whether instructions convert between half precision and float."""
        return self.arch == "aarch64" or "f16c" in self.features

    @property
    def multiplies_bfloat(self) -> bool:
        """Whether an instruction multiplies pairs of bfloats and adds them to floats (AVX512_BF16)."""
        return "avx512bf16" in self.features

    def lanes(self, size: int) -> int:
        """How many elements of ``size`` bytes a vector register holds."""
        return self.vector_bits // 8 // size

    @property
    def block(self) -> int:
        """The channel block of the NCHWc layout: f32 lanes of one register."""
        return self.lanes(4)


_V2 = ("sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cx16")
_V3 = (*_V2, "avx", "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe")
_V4 = (*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")

TARGETS = {
    "x86-64-v2": Target("x86-64-v2", "x86_64-unknown-linux-gnu", "x86-64-v2", _V2, 128, 16, fma=False),
    "x86-64-v3": Target("x86-64-v3", "x86_64-unknown-linux-gnu", "x86-64-v3", _V3, 256, 16, fma=True),
    "x86-64-v4": Target("x86-64-v4", "x86_64-unknown-linux-gnu", "x86-64-v4", _V4, 512, 32, fma=True),
    "aarch64": Target("aarch64", "aarch64-unknown-linux-gnu", "generic", ("neon",), 128, 32, fma=True),
}
