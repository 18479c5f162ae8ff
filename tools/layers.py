"""The table of ``dldt bench --per-layer``: the time of each kernel, and the least time that the machine allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dldt.tools.printable import printable
from dldt.tools.roofline import Peaks, bounds

LEGEND = """roofline: the least time, of the multiply-adds that the algorithm does or of the bytes that it moves, to the
time; ?: depends on free dims. bound: which of them. Bytes come from the nearest cache that holds them, weights from
the one that holds all of the model's. GFLOP/s count by the definition, of which Winograd's does fewer. Kernels of the
same row tiles run in turns, some image rows at a time: what is between them stays in the cache, and is not in GB/s."""
NO_PEAKS = "the roofline needs the compile extra: pip install 'dldt[compile]'"


def layers(steps: Sequence[dict[str, Any]], peaks: Peaks | None) -> list[dict[str, Any]]:
    """The steps of a profile, the longest first. Each has its share of the time, GB/s, share of the roofline (None: not
    known), and the resource that bounds it."""
    total = sum(step["ms"] for step in steps)
    limits = bounds(steps, peaks) if peaks else [None] * len(steps)
    rows = []
    for step, least in sorted(zip(steps, limits, strict=True), key=lambda pair: -pair[0]["ms"]):
        seconds = step["ms"] / 1e3
        known = bool(step["bytes"]) and seconds > 0
        rows.append(
            step
            | {
                "share": step["ms"] / total if total else 0.0,
                "gbytes_per_second": step["bytes"] / seconds / 1e9 if known else None,
                "roofline": least.seconds / seconds if least is not None and seconds > 0 else None,
                "bound": least.by if least is not None else None,
            }
        )
    return rows


def print_layers(rows: Sequence[dict[str, Any]], peaks: Peaks | None) -> None:
    """Print the table, and how to read it."""
    print()
    if peaks is None:
        print(NO_PEAKS)
    else:
        most = ", ".join([f"{peaks.gflops:.0f} GFLOP/s f32", f"{peaks.gbytes:.1f} GB/s from memory"])
        most += "".join(f", {cache.gbytes:.0f} from {cache.name}" for cache in peaks.caches)
        print(f"peaks of {peaks.threads} thread{'s' * (peaks.threads > 1)}: {most}")
    print(LEGEND)
    print(f"\n{'ms':>9} {'share':>6} {'GFLOP/s':>8} {'GB/s':>7} {'roofline':>8} {'bound':>7}  kernel")
    for row in rows:
        free = row["bytes"] is None
        cells = [
            f"{row['ms']:9.3f} {row['share']:6.1%}",
            _cell(row["gflops"], 8, ".1f", free),
            _cell(row["gbytes_per_second"], 7, ".1f", free),
            _cell(row["roofline"], 8, ".0%", free),
            f"{row['bound'] or ('?' if free else '-'):>7}",
        ]
        tiles = f", row tiles {row['row_tiles']}" if row.get("row_tiles") else ""
        print(" ".join(cells), "", printable(f"{row['what']} → {row['output']} ({row['algorithm']}{tiles})"))


def _cell(number: float | None, width: int, form: str, free: bool) -> str:
    return f"{'?' if free else '-':>{width}}" if number is None else f"{number:{width}{form}}"
