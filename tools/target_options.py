"""The options that name the machine to compile for, and the lists of targets and processors."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dldt.codegen.target import Target


def add_target_arguments(group: argparse._ArgumentGroup) -> None:
    """``--target``, ``--tune-for``, ``--list-targets``."""
    group.add_argument(
        "--target",
        default="host",
        metavar="NAME",
        help="the machine to compile for: host (default), x86-64-v2, x86-64-v3, x86-64-v4, aarch64",
    )
    group.add_argument(
        "--tune-for",
        metavar="NAME",
        help="the processor that choices are made for, such as zen3 (default: any that runs the target's code; for the "
        "target host, this one where such choices were measured)",
    )
    group.add_argument("--list-targets", action="store_true", help="list the targets, and the processors to tune for")


def list_targets() -> int:
    """Print the targets; and each processor, with what it is and the targets whose choices can be tuned for it."""
    from dldt.codegen.cpus import CPUS
    from dldt.codegen.target import TARGETS, tuned_for

    print(f"--target    host, {', '.join(TARGETS)}")
    fitting = {name: tuned_for(target) for name, target in TARGETS.items()}
    for name, row in CPUS.items():
        print(f"--tune-for  {name:<14}  {row.title}; targets {', '.join(t for t in fitting if name in fitting[t])}")
    return 0


def target_line(target: Target) -> str:
    """The resolved target and its features, and a hint how to compile for another machine."""
    hint = "; for another machine: --target x86-64-v2|x86-64-v3|x86-64-v4|aarch64" if target.name == "host" else ""
    features = " ".join(target.features)
    return f"target {target.name}: {target.triple}, tuned for {target.cpu.name}, features {features}{hint}"


def target_text(target: Target) -> str:
    """The target in a few words."""
    return f"{target.name} ({target.vector_bits}-bit vectors), tuned for {target.cpu.name}"
