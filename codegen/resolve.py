"""From the name that a user gives to a target."""

from __future__ import annotations

from dldt.codegen.host import host_target
from dldt.codegen.target import TARGETS, Target
from dldt.compiler.errors import UsageError


def resolve_target(name: str) -> Target:
    """The target called ``name``: ``host``, or a row of ``TARGETS``; ``UsageError`` lists them when it is neither."""
    if name == "host":
        return host_target()
    if name not in TARGETS:
        raise UsageError(f"unknown target {name!r}; the targets are: host, {', '.join(TARGETS)}")
    return TARGETS[name]
