"""The page of docs/ about single operations, generated from the results of ``benchmarks.operations``.

python -m benchmarks.operations --json v4.json
python -m benchmarks.operations --target x86-64-v3 --json v3.json
python -m benchmarks.operation_page v4.json v3.json > docs/operation-speed.md
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.operations import slowest_first, summary
from benchmarks.race import BACKENDS

TITLE = "# Single operations beside onnxruntime and OpenVINO"
HEAD = """
Written by `python -m benchmarks.operation_page`. Median times in ms, f32 where nothing else is said. The ratio is the
faster peer's time to ours. The rows are those of `benchmarks/operations.txt`, the slowest first. The peers use all
instructions that the machine has, whatever our target is."""


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", type=Path, nargs="+", help="what benchmarks.operations --json wrote")
    files = parser.parse_args().json
    print(page([json.loads(path.read_text(encoding="utf-8")) for path in files]), end="")
    return 0


def page(results: Sequence[dict]) -> str:
    """A chapter for each file, with a table for each number of threads."""
    parts = [TITLE, HEAD.strip()]
    for found in results:
        machine = found["machine"]
        versions = ", ".join(f"{name} {machine['packages'][name]}" for name in BACKENDS)
        parts.append(f"## `{found['target']}` on {machine['cpu']}\n\n{versions}.")
        for threads in dict.fromkeys(row["threads"] for row in found["rows"]):
            rows = [row for row in found["rows"] if row["threads"] == threads]
            parts += [f"{threads} thread{'s' * (threads > 1)}: {summary(rows)}.", _table(rows)]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[dict]) -> str:
    lines = ["| ratio | dldt | onnxruntime | OpenVINO | inputs and nodes |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(row) for row in slowest_first(rows))])


def _line(row: dict) -> str:
    ratio = f"{row['ratio']:.2f}" if "ratio" in row else "failed"
    times = [f"{row[name]['median_ms']:.4f}" if "median_ms" in row[name] else "-" for name in BACKENDS]
    cells = [ratio, *times, f"`{row['row']}`"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())
