"""The chart of benchmarks.operations: every row's ratio, the slowest at the left, on a scale of powers of two."""

from __future__ import annotations

from pathlib import Path

from benchmarks.chart import COLOURS, title


def draw(results: dict, path: Path) -> None:
    """Write the PNG: a line for each number of threads, and one where both are equally fast."""
    import matplotlib.figure

    rows = [row for row in results["rows"] if "ratio" in row]
    if not rows:
        raise SystemExit("error: there is nothing to draw: no row was measured")
    figure = matplotlib.figure.Figure(figsize=(10, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for number, threads in enumerate(dict.fromkeys(row["threads"] for row in rows)):
        ratios = sorted(row["ratio"] for row in rows if row["threads"] == threads)
        label = f"{threads} thread{'s' * (threads > 1)} ({sum(ratio < 1 for ratio in ratios)} rows below 1)"
        axes.plot(range(1, len(ratios) + 1), ratios, color=COLOURS[number % len(COLOURS)], label=label)
    axes.axhline(1.0, color="black", linewidth=1)
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("operations, the slowest first")
    axes.set_ylabel("time of the faster peer / ours")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title(results), fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120, format="png", metadata={"Software": None})
