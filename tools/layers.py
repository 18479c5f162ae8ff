"""The table of ``dldt bench --per-layer``: what each kernel takes, beside what the machine allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dldt.tools.printable import printable

if TYPE_CHECKING:
    from dldt.tools.peaks import Peaks

NO_PEAKS = "the roofline needs the compile extra: pip install 'dldt[compile]'"


def layers(steps: Sequence[dict[str, Any]], peaks: Peaks | None) -> list[dict[str, Any]]:
    """The steps of a profile, the longest first, each with share, GB/s and share of the roofline (None: not known)."""
    total = sum(step["ms"] for step in steps)
    rows = []
    for step in sorted(steps, key=lambda step: -step["ms"]):
        least = peaks.seconds(step["flops"], step["bytes"]) if peaks else None
        seconds = step["ms"] / 1e3
        known = bool(step["bytes"]) and seconds > 0
        rows.append(
            step
            | {
                "share": step["ms"] / total if total else 0.0,
                "gbytes_per_second": step["bytes"] / seconds / 1e9 if known else None,
                "roofline": least / seconds if least is not None and seconds > 0 else None,
            }
        )
    return rows


def print_layers(rows: Sequence[dict[str, Any]], peaks: Peaks | None) -> None:
    """The table, and how to read it."""
    print()
    if peaks is None:
        print(NO_PEAKS)
    else:
        most = f"{peaks.gflops:.0f} GFLOP/s f32, {peaks.gbytes:.1f} GB/s from memory"
        print(f"peaks of {peaks.threads} thread{'s' * (peaks.threads > 1)}: {most}")
    print("roofline: the larger of operations/peak and bytes/bandwidth, to the time; ?: depends on free dims.")
    print("Operations are those of the direct algorithm (Winograd's does fewer), bytes those of operands read and")
    print("written once (a cache may be faster than memory): either can bring it above 100 %.")
    print(f"\n{'ms':>9} {'share':>6} {'GFLOP/s':>8} {'GB/s':>7} {'roofline':>8}  kernel")
    for row in rows:
        free = row["bytes"] is None
        cells = [
            f"{row['ms']:9.3f} {row['share']:6.1%}",
            _cell(row["gflops"], 8, ".1f", free),
            _cell(row["gbytes_per_second"], 7, ".1f", free),
            _cell(row["roofline"], 8, ".0%", free),
        ]
        print(" ".join(cells), "", printable(f"{row['what']} → {row['output']} ({row['algorithm']})"))


def _cell(number: float | None, width: int, form: str, free: bool) -> str:
    return f"{'?' if free else '-':>{width}}" if number is None else f"{number:{width}{form}}"
