"""What the processor and its operating system offer, in LLVM's feature names."""

from __future__ import annotations

import os
from functools import cache

_X86 = {
    "sse3": "pni",
    "sse4.1": "sse4_1",
    "sse4.2": "sse4_2",
    "bmi": "bmi1",
    "lzcnt": "abm",
    "pclmul": "pclmulqdq",
    "sha": "sha_ni",
    "avx512vnni": "avx512_vnni",
    "avx512bf16": "avx512_bf16",
    "avx512fp16": "avx512_fp16",
    "avx512vbmi2": "avx512_vbmi2",
    "avx512bitalg": "avx512_bitalg",
    "avx512vpopcntdq": "avx512_vpopcntdq",
    "avx512vp2intersect": "avx512_vp2intersect",
    "avxvnni": "avx_vnni",
    "avxifma": "avx_ifma",
    "avxvnniint8": "avx_vnni_int8",
    "avxneconvert": "avx_ne_convert",
    "amx-tile": "amx_tile",
    "amx-int8": "amx_int8",
    "amx-bf16": "amx_bf16",
}
_AARCH64 = {
    "neon": "asimd",
    "fp-armv8": "fp",
    "fullfp16": "asimdhp",
    "dotprod": "asimddp",
    "lse": "atomics",
    "rdm": "asimdrdm",
}


@cache
def arch() -> str:
    """The machine's architecture: ``x86_64``, ``aarch64``, or what the system calls it."""
    machine = os.uname().machine.lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


@cache
def flags() -> frozenset[str]:
    """The flags of /proc/cpuinfo: the kernel lists only what it has also enabled (AVX state, for one).

    A flag counts only if every processor has it: a thread may run on any of them.
    """
    # Most machines have the same flags on every processor: equal lines are split only once.
    lines = {line for line in _cpuinfo().split("\n") if line.startswith(("flags", "Features"))}
    if not lines:
        return frozenset()
    return frozenset.intersection(*(frozenset(line.partition(":")[2].split()) for line in lines))


@cache
def _cpuinfo() -> str:
    try:
        with open("/proc/cpuinfo", "rb", buffering=0) as file:
            return file.read().decode("ascii", errors="replace")
    except OSError:
        return ""


def fields() -> dict[str, str]:
    """The first processor's entries of /proc/cpuinfo: ``cpu family``, ``model``, ``vendor_id`` …"""
    first = _cpuinfo().split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def has(feature: str) -> bool:
    """Whether this machine has ``feature`` (LLVM's name, for example ``avx512vnni``)."""
    return not missing([feature])


def missing(features: list[str]) -> list[str]:
    """Those of ``features`` that this machine lacks, in their order."""
    names, offered = _X86 if arch() == "x86_64" else _AARCH64, flags()
    return [feature for feature in features if names.get(feature, feature) not in offered]


# The machine does not change: its flags are read at import, so that no model waits for them.
missing([])
