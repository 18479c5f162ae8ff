"""Quantities as people read them."""

from __future__ import annotations


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
