"""The machine that the compiler runs on, as a target; read from the kernel, without LLVM."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import attrs

from dldt.codegen.target import TARGETS, Target
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.options import HOST_LEVEL
from dldt.runtime import cpu

_EXTENSIONS = (
    "avxvnni",
    "avx512vnni",
    "avx512bf16",
    "avx512fp16",
    "avx512vbmi",
    "avx512vbmi2",
    "avx512bitalg",
    "avx512vpopcntdq",
    "avx512ifma",
    "gfni",
)
_X86_LEVELS = ("x86-64-v4", "x86-64-v3", "x86-64-v2")
_ARM_EXTENSIONS = ("dotprod", "fullfp16", "bf16", "i8mm", "lse")
_AMD = {0x17: "znver2", 0x19: "znver3", 0x1A: "znver5"}
_INTEL = {
    0x3C: "haswell",
    0x3F: "haswell",
    0x45: "haswell",
    0x46: "haswell",
    0x3D: "broadwell",
    0x47: "broadwell",
    0x4F: "broadwell",
    0x56: "broadwell",
    0x4E: "skylake",
    0x5E: "skylake",
    0x8E: "skylake",
    0x9E: "skylake",
    0xA5: "skylake",
    0xA6: "skylake",
    0x55: "skylake-avx512",
    0x6A: "icelake-server",
    0x6C: "icelake-server",
    0x7D: "icelake-client",
    0x7E: "icelake-client",
    0x8C: "tigerlake",
    0x8D: "tigerlake",
    0x97: "alderlake",
    0x9A: "alderlake",
    0xB7: "raptorlake",
    0xBA: "raptorlake",
    0xBF: "raptorlake",
    0x8F: "sapphirerapids",
    0xCF: "emeraldrapids",
    0xAD: "graniterapids",
}


@cache
def host_target() -> Target:
    """The target of this machine: the best level of the table that it has, with its own extensions, name and caches.

    ``DLDT_HOST_LEVEL`` bounds the level, and leaves the extensions out. Raises ``UnsupportedError`` on a machine that
    dldt makes no code for.
    """
    most = HOST_LEVEL.value
    if most not in ("", *_X86_LEVELS):
        raise UsageError(f"{HOST_LEVEL.name} must be one of {', '.join(_X86_LEVELS)}, not {most!r}")
    if cpu.arch() == "aarch64":
        return _finish(TARGETS["aarch64"], _ARM_EXTENSIONS, "generic")
    for name in _X86_LEVELS[_X86_LEVELS.index(most) if most else 0 :]:
        level = TARGETS[name]
        if not cpu.missing(list(level.features)):
            return _finish(level, (), level.cpu) if most else _finish(level, _EXTENSIONS, _x86_name(level))
    raise UnsupportedError(
        f"this machine ({cpu.arch()}) is none that dldt makes code for: it needs x86-64 with SSE4.2, or aarch64; "
        f"name another target to compile for a different machine: {', '.join(TARGETS)}"
    )


def _finish(level: Target, extensions: tuple[str, ...], name: str) -> Target:
    known = tuple(feature for feature in extensions if cpu.has(feature) and _allowed(feature, level))
    l1, l2, l3 = _caches()
    return attrs.evolve(
        level,
        name="host",
        cpu=name,
        features=level.features + known,
        l1=l1 or level.l1,
        l2=l2 or level.l2,
        l3=l3 or level.l3,
    )


def _allowed(feature: str, level: Target) -> bool:
    """An extension of AVX or AVX-512 is of use only when the level has the vectors it works on."""
    if feature.startswith("avx512"):
        return level.has_masks
    return not feature.startswith("avx") or level.vector_bits >= 256


def _x86_name(level: Target) -> str:
    """LLVM's name of the processor, for its scheduling model alone: the features are always listed."""
    fields = cpu.fields()
    try:
        family, model = int(fields["cpu family"]), int(fields["model"])
    except (KeyError, ValueError):
        return level.cpu
    if fields.get("vendor_id") == "AuthenticAMD":
        name = _AMD.get(family, level.cpu)
        return "znver4" if name == "znver3" and cpu.has("avx512f") else name
    if fields.get("vendor_id") == "GenuineIntel" and family == 6:
        return _INTEL.get(model, level.cpu)
    return level.cpu


def _caches() -> tuple[int, int, int]:
    """Bytes of L1 data, L2 and L3, 0 where the kernel does not say."""
    sizes = {1: 0, 2: 0, 3: 0}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind, level = (index / "type").read_text().strip(), int((index / "level").read_text())
            size = (index / "size").read_text().strip()
        except (OSError, ValueError):
            continue
        if kind != "Instruction" and level in sizes and size.endswith("K") and size[:-1].isdigit():
            sizes[level] = int(size[:-1]) << 10
    return sizes[1], sizes[2], sizes[3]
