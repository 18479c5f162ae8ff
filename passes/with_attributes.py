"""Operations with some attributes changed."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.op import Op


def with_attributes(op: Op, **changes: object) -> Op:
    """The same operation with the named attributes changed."""
    frozen: Any = op
    changed: Op = attrs.evolve(frozen, **changes)
    return changed
