"""From a target's name to the target; ``host`` is the machine that the compiler runs on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import attrs

from dldt.codegen.cpus import CPUS, Caches, Cpu
from dldt.codegen.target import TARGETS, Target, tuned_for
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.options import HOST_LEVEL
from dldt.compiler.shown import shown
from dldt.runtime import cpu as machine

# By target: further LLVM features that code for this machine may use where the machine has them.
_EXTENSIONS = {
    "x86-64-v2": ("gfni",),
    "x86-64-v3": ("avxvnni", "gfni"),
    "x86-64-v4": (
        *("avxvnni", "avx512vnni", "avx512bf16", "avx512fp16", "avx512vbmi", "avx512vbmi2", "avx512bitalg"),
        *("avx512vpopcntdq", "avx512ifma", "gfni"),
    ),
    "aarch64": ("dotprod", "fullfp16", "bf16", "i8mm", "lse"),
}


def resolve_target(name: str, tune_for: str | None = None) -> Target:
    """The target called ``name``: ``host``, or a row of ``TARGETS``. Choices are made for the processor ``tune_for`` if
    given; otherwise for this machine (``host``) or for any processor that runs the target's code.

    Raises UsageError for an unknown name, and for a processor that does not run the target's code; both messages list
    the possible names. Raises UnsupportedError where ``host`` is a machine that dldt makes no code for.
    """
    if name != "host" and name not in TARGETS:
        raise UsageError(f"unknown target {shown(name)}; the targets are: host, {', '.join(TARGETS)}")
    target = host_target() if name == "host" else TARGETS[name]
    if tune_for is None:
        return target
    if tune_for not in CPUS:
        raise UsageError(f"unknown processor {shown(tune_for)} to tune for; there are: {', '.join(CPUS)}")
    fitting = tuned_for(target)
    if tune_for not in fitting:
        raise UsageError(
            f"{tune_for} does not run code for {name}, so choices cannot be made for it; these do: {', '.join(fitting)}"
        )
    return attrs.evolve(target, cpu=CPUS[tune_for])


@cache
def host_target() -> Target:
    """The target of this machine: the largest one that the machine runs, with the machine's extensions, row and caches.
    A target that is tuned for the same processor by name may make other choices: see ``Cpu.measured``.

    ``DLDT_HOST_LEVEL`` sets the largest target to use and leaves the extensions out. Raises UnsupportedError on a
    machine that dldt makes no code for, and UsageError where ``DLDT_HOST_LEVEL`` names no target.
    """
    most = HOST_LEVEL.value
    levels = [target.name for target in reversed(TARGETS.values()) if target.arch == machine.arch()]
    if most and most not in levels:
        raise UsageError(f"{HOST_LEVEL.name} must be one of {', '.join(levels)}, not {shown(most)}")
    widest = TARGETS[most].vector_bits if most else 0
    for target in reversed(TARGETS.values()):
        if most and target.vector_bits > widest:
            continue
        if target.arch == machine.arch() and not machine.missing(list(target.features)):
            wanted = () if most else _EXTENSIONS[target.name]
            extensions = tuple(feature for feature in wanted if machine.has(feature))
            own = _measured(_row(target))
            return attrs.evolve(target, name="host", features=target.features + extensions, cpu=own)
    raise UnsupportedError(
        f"dldt makes no code for this machine ({machine.arch()}): it needs x86-64 with SSE4.2, or aarch64; "
        f"name another target to compile for a different machine: {', '.join(TARGETS)}"
    )


def _row(target: Target) -> Cpu:
    """The row of this processor. If it has no row, or could not run the code of its row, the target's row. If choices
    by the row's figures were not measured, the target's row with this processor's caches and LLVM name."""
    fields = machine.fields()
    found = [CPUS[name] for name in tuned_for(target) if any(_is_named(fields, *ids) for ids in CPUS[name].ids)]
    if not found:
        return target.cpu
    own = found[0]
    return own if own.measured else attrs.evolve(target.cpu, llvm=own.llvm, caches=own.caches)


def _is_named(fields: Mapping[str, str], vendor: str, family: int, models: tuple[int, ...]) -> bool:
    """Whether /proc/cpuinfo names this processor: x86-64 and Arm use different words for the three fields."""
    for words in (("vendor_id", "cpu family", "model"), ("CPU implementer", "CPU architecture", "CPU part")):
        try:
            maker, *numbers = (fields[word] for word in words)
            kind, model = (int(number, 0) for number in numbers)
        except (KeyError, ValueError):
            continue
        return (maker, kind) == (vendor, family) and model in models
    return False


def _measured(row: Cpu) -> Cpu:
    """The row with the cache sizes that Linux reports."""
    known = {f"l{level}": size for level, (size, _) in _caches().items()}
    ways = _caches().get(1, (0, 0))[1]
    if ways and "l1" in known:
        known["l1_way"] = known["l1"] // ways
    caches: Caches = attrs.evolve(row.caches, **known)
    return attrs.evolve(row, caches=caches)


def _caches() -> dict[int, tuple[int, int]]:
    """Bytes and ways of each cache that holds data, by its level. Caches that Linux does not report are left out;
    unknown ways are 0."""
    found: dict[int, tuple[int, int]] = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = (_text(index / name) for name in ("type", "level", "size"))
        ways = _text(index / "ways_of_associativity")
        if kind not in ("", "Instruction") and level in ("1", "2", "3") and size.endswith("K") and size[:-1].isdigit():
            found[int(level)] = int(size[:-1]) << 10, int(ways) if ways.isdigit() else 0
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
