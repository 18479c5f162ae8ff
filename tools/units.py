"""Quantities as people read them."""

from __future__ import annotations

import re

from dldt.compiler.shown import shown


def bytes_text(count: int) -> str:
    """``1536`` → ``1.5 KiB``; plain bytes below one KiB."""
    if count < 1024:
        return f"{count} B"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TiB"


def size_of(text: str) -> int:
    """``512MB``, ``4 GB``, ``1.5GiB`` → bytes; a plain number counts bytes. Raises ValueError for anything else."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?\s*", text.lower())
    size = 0 if found is None else float(found[1]) * (1024 if found[3] else 1000) ** " kmgt".index(found[2] or " ")
    if not 0 < size < 2**62:
        raise ValueError(f"{shown(text)} is not a size such as 512MB or 4GB")
    return int(size)


def count_text(count: int) -> str:
    """``4089284608`` → ``4.09 G``; a plain number below a thousand."""
    if count < 1000:
        return str(count)
    size = float(count)
    for unit in ("k", "M", "G"):
        size /= 1000
        if size < 1000:
            return f"{size:.3g} {unit}"
    return f"{size / 1000:.3g} T"
