"""Every operation at typical and awkward shapes, beside onnxruntime and OpenVINO: the slowest ratio first.

    python -m benchmarks.operations --threads 1,2 --json operations.json --chart operations.png
    python -m benchmarks.operations --only '*Softmax*'            rows whose text or group fits the pattern
    python -m benchmarks.operations --target x86-64-v3            our code for another target
    python -m benchmarks.operations --json operations.json --resume         what an interrupted run left to do

The rows are those of benchmarks/operations.txt. Each is compiled, its outputs are compared, and all backends take turns
in short rounds, in one process on the same cores. The ratio is the faster peer's median time to ours: below 1 it is a
fault. ``python -m benchmarks.operation_page`` writes the page of docs/ from the JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import operation_chart
from benchmarks.arguments import duration, new_file, target_name, thread_counts, whole_number
from benchmarks.chart import require_matplotlib
from benchmarks.machine import describe, require_target
from benchmarks.operation_race import race_operation
from benchmarks.operation_row import OperationRow
from benchmarks.operation_rows import operation_rows
from benchmarks.race import BACKENDS, PEERS


def main() -> int:
    """Prints a table for each number of threads. The exit code is 1 where we ourselves fail, or a peer is faster."""
    arguments = _arguments()
    machine = describe()
    results: dict = {"machine": machine, "target": arguments.target, "rows": []}
    results["rows"] = _kept(arguments, results)
    rows = list(operation_rows(arguments.only))
    print(f"{machine['cpu']}, {machine['cores']} cores; {len(rows)} rows; {arguments.target}", flush=True)
    cores = sorted(os.sched_getaffinity(0))
    for count in arguments.threads:
        os.sched_setaffinity(0, cores[:count])
        done = {row["row"] for row in results["rows"] if row["threads"] == count}
        for number, row in enumerate(rows, 1):
            if row.text in done:
                continue
            found = measure(row, arguments.target, count, arguments.rounds, arguments.seconds)
            print(f"[{number}/{len(rows)}] {found.get('ratio', 0):.2f} {row.text}", file=sys.stderr, flush=True)
            results["rows"].append(found)
            if arguments.json:
                _write(arguments.json, results)
    chosen = {row.text for row in rows}
    shown = [row for row in results["rows"] if row["row"] in chosen and row["threads"] in arguments.threads]
    for count in arguments.threads:
        print(table([row for row in shown if row["threads"] == count], count))
    if arguments.chart:
        operation_chart.draw(results, arguments.chart)
    return int(any(row.get("ratio", 0.0) < 1 for row in shown))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", metavar="GLOB", help="rows whose text or group fits (default: all)")
    parser.add_argument(
        "--threads", type=thread_counts, default=[1], metavar="N,M", help="numbers of threads (default: 1)"
    )
    parser.add_argument(
        "--target", type=target_name, default="host", metavar="NAME", help="of our code (default: host)"
    )
    parser.add_argument("--rounds", type=whole_number, default=7, help="interleaved rounds (default: 7)")
    parser.add_argument("--seconds", type=duration, default=0.008, help="of each backend's round (default: 0.008)")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all numbers, after every row")
    parser.add_argument("--resume", action="store_true", help="keep the good rows of FILE that this machine measured")
    parser.add_argument("--chart", type=new_file, metavar="FILE", help="draw the ratios as a PNG (needs matplotlib)")
    arguments = parser.parse_args()
    if arguments.resume and not arguments.json:
        parser.error("--resume needs --json FILE: the file to go on with")
    if not any(operation_rows(arguments.only)):
        parser.error(f"no row fits --only {arguments.only!r}; a pattern such as '*Softmax*' fits a row's whole text")
    require_target(arguments.target)
    if arguments.chart:
        require_matplotlib()
    return arguments


def _kept(arguments: argparse.Namespace, results: dict) -> list[dict]:
    """The rows of an interrupted run, if this machine measured them for this target."""
    if not arguments.resume or not arguments.json.is_file():
        return []
    before = json.loads(arguments.json.read_text(encoding="utf-8"))
    if {key: before.get(key) for key in ("machine", "target")} != {key: results[key] for key in ("machine", "target")}:
        raise SystemExit(f"error: {arguments.json} is of another machine, versions or target; measure without --resume")
    return [row for row in before["rows"] if "ratio" in row]


def _write(path: Path, results: dict) -> None:
    """Write the file completely or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def measure(row: OperationRow, target: str, threads: int, rounds: int, seconds: float) -> dict:
    """The times of all backends and the ratio; an ``error`` where we ourselves fail, or no peer works."""
    with tempfile.TemporaryDirectory() as folder:
        found = race_operation(row, Path(folder), target, threads, rounds, seconds)
    return {"row": row.text, "group": row.group, "threads": threads, **found, **judge(found)}


def judge(found: dict[str, dict]) -> dict:
    """The ratio of the faster peer's median to ours."""
    ours, peers = found["dldt"], [found[name] for name in PEERS if "failed" not in found[name]]
    if "failed" in ours:
        return {"error": ours["failed"]}
    if not peers:
        return {"error": f"no peer works: {found[PEERS[0]]['failed']}"}
    return {"ratio": min(peer["median_ms"] for peer in peers) / ours["median_ms"]}


def slowest_first(rows: Iterable[dict]) -> list[dict]:
    """The rows with the least ratio in front; before them those that failed."""
    return sorted(rows, key=lambda row: row.get("ratio", 0.0))


def table(rows: Sequence[dict], threads: int) -> str:
    """One line for each row, the slowest first, and how many are slower than a peer."""
    head = "".join(f"{'ours' if name == 'dldt' else name:>12}" for name in BACKENDS)
    lines = [f"\n{threads} thread{'s' * (threads > 1)}, median ms\n{'ratio':>7}{head}  row"]
    lines += [_line(row) for row in slowest_first(rows)]
    return "\n".join([*lines, summary(rows)])


def _line(row: dict) -> str:
    if "error" in row:
        return f"{'FAILED':>7}  {row['error']}  {row['row']}"
    times = "".join(f"{row[name].get('median_ms', float('nan')):>12.4f}" for name in BACKENDS)
    return f"{row['ratio']:>7.2f}{times}  {row['row']}"


def summary(rows: Sequence[dict]) -> str:
    """How many rows were measured, are slower than a peer, and failed; and the geometric mean of the ratios."""
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    slower = sum(ratio < 1 for ratio in ratios)
    mean = f"{statistics.geometric_mean(ratios):.2f}" if ratios else "-"
    failed = len(rows) - len(ratios)
    return f"{len(ratios)} rows, {slower} slower than the faster peer, geometric mean {mean}; {failed} failed"


if __name__ == "__main__":
    sys.exit(main())
