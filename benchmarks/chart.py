"""The chart of the README: for each model, the time of the faster peer as a multiple of ours.

python -m benchmarks.peers --threads 1,2 --json peers.json
python -m benchmarks.chart peers.json docs/peers.png
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
from pathlib import Path

from benchmarks.arguments import new_file, read_results

COLOURS = ("#1f6f8b", "#e07b39", "#7a9e3e", "#8b5fa8")


def main() -> int:
    """Draw the numbers of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", type=Path, help="what benchmarks.peers --json wrote")
    parser.add_argument("png", type=new_file, help="the picture to write")
    arguments = parser.parse_args()
    require_matplotlib()
    draw(read_results(arguments.json), arguments.png)
    return 0


def require_matplotlib() -> None:
    """Exit with an error if matplotlib is missing, before anything is measured."""
    if importlib.util.find_spec("matplotlib") is None:
        raise SystemExit("error: a chart needs the benchmarks extra: pip install 'dldt[benchmarks]' (no matplotlib)")


def bars(results: dict) -> tuple[list[str], dict[int, list[float | None]]]:
    """The models in the order of the file, and for each number of threads their ratios; None where a measurement
    failed."""
    names = list(dict.fromkeys(row["model"] for row in results["models"]))
    threads = list(dict.fromkeys(row["threads"] for row in results["models"]))
    found = {(row["model"], row["threads"]): row for row in results["models"]}
    series = {count: [found.get((name, count), {}).get("ratio") for name in names] for count in threads}
    return names, series


def title(results: dict) -> str:
    """The machine, and the versions that were measured."""
    machine = results["machine"]
    packages = machine["packages"]
    precision = {"f32": "f32", "bf16": "bf16 (onnxruntime f32)"}[results.get("precision", "f32")]
    peers = " and ".join(f"{name} {packages[name]}" for name in ("onnxruntime", "openvino"))
    return (
        f"dldt {packages['dldt']} beside {peers}, {precision}, batch 1\n"
        f"{machine['cpu']}, {machine['cores']} cores; Python {machine['python']}"
    )


def draw(results: dict, path: Path) -> None:
    """Write the PNG: a group of bars for each model, a bar for each number of threads, and a line where both are
    equally fast."""
    import matplotlib.figure

    names, series = bars(results)
    if not names:
        raise SystemExit("error: there is nothing to draw: no model was measured")
    figure = matplotlib.figure.Figure(figsize=(max(6.0, 2.0 + 0.6 * len(names)), 4.6), layout="constrained")
    axes = figure.add_subplot()
    width = 0.8 / len(series)
    for number, (threads, ratios) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * width for place in range(len(names))]
        heights = [ratio or 0.0 for ratio in ratios]
        label = f"{threads} thread{'s' * (threads > 1)}{_mean(ratios)}"
        drawn = axes.bar(places, heights, width, color=COLOURS[number % len(COLOURS)], label=label)
        texts = ["failed" if ratio is None else f"{ratio:.2f}" for ratio in ratios]
        axes.bar_label(drawn, texts, fontsize=7, padding=2, rotation=90 if len(series) > 1 else 0)
    axes.axhline(1.0, color="black", linewidth=1)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_ylabel("time of the faster peer / ours")
    axes.margins(y=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title(results), fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120, format="png", metadata={"Software": None})


def _mean(ratios: list[float | None]) -> str:
    known = [ratio for ratio in ratios if ratio is not None]
    return f" (geometric mean {statistics.geometric_mean(known):.2f})" if known else ""


if __name__ == "__main__":
    sys.exit(main())
