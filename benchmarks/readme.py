"""The README's section of measured numbers, generated from the results of ``benchmarks.peers``: nobody types a number.

python -m benchmarks.peers --threads 1,2 --json peers.json --chart docs/peers.png
python -m benchmarks.readme peers.json                 prints it
python -m benchmarks.readme peers.json README.md       puts it between the marks in README.md
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.arguments import read_results
from benchmarks.race import BACKENDS

PRECISIONS = {"f32": "f32 throughout", "bf16": "bf16 (onnxruntime f32)"}
BEGIN, END = "<!-- measured: python -m benchmarks.readme -->", "<!-- end of measured -->"


def main() -> int:
    """Print the section, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", type=Path, help="what benchmarks.peers --json wrote")
    parser.add_argument("page", type=Path, nargs="?", help="the page to write it into")
    arguments = parser.parse_args()
    made = section(read_results(arguments.json))
    if arguments.page is None:
        print(made)
        return 0
    page = arguments.page.read_text(encoding="utf-8")
    arguments.page.write_text(placed(page, made, str(arguments.page)), encoding="utf-8")
    return 0


def placed(page: str, made: str, name: str) -> str:
    """The page with ``made`` between the marks."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"error: {name} has no lines {BEGIN} and {END}: put them where the numbers are to stand")
    return f"{head}{BEGIN}\n\n{made}\n\n{END}{tail}"


def section(results: dict) -> str:
    """The machine, a table of latencies for all numbers of threads, and one of starting, memory and disk."""
    machine, rows = results["machine"], results["models"]
    precision = PRECISIONS[results.get("precision", "f32")]
    counts = list(dict.fromkeys(row["threads"] for row in rows))
    versions = ", ".join(f"{name} {machine['packages'][name]}" for name in BACKENDS)
    run = f"{machine['cpu']}, {machine['cores']} cores; batch 1, {precision}; {versions}, interleaved in one run of "
    run += "`python -m benchmarks.peers` after the outputs were compared."
    columns = (
        "Median latency in ms. Ratio: the faster peer's to ours. Roofline: the share of what FMA peak and bandwidth "
    )
    columns += f"allow, at our least latency, operations counted by definition ({_peaks(results)})."
    started = (
        "Opening and first inference together in ms (imports excluded), ratio as above, the most memory that each "
    )
    started += f"process had (Python and numpy included), and the file's size; {_threads(counts[0])}:"
    first = [row for row in rows if row["threads"] == counts[0] and "error" not in row]
    tables = [_table(_latencies(rows, counts)), _table(_starts(first))]
    return "\n\n".join([_wrapped(run), _wrapped(columns), tables[0], _wrapped(started), tables[1]])


def _latencies(rows: Sequence[dict], counts: Sequence[int]) -> list[list[str]]:
    found = {(row["model"], row["threads"]): row for row in rows}
    head, means = ["model"], ["**geometric mean**"]
    for count in counts:
        head += [f"dldt, {_threads(count)}", "onnxruntime", "OpenVINO", "ratio", "roofline"]
        means += ["", "", "", f"**{_mean(rows, count)}**", ""]
    names = dict.fromkeys(row["model"] for row in rows)
    lines = [[name, *(c for count in counts for c in _latency(found.get((name, count))))] for name in names]
    return [head, *lines, means]


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def _peaks(results: dict) -> str:
    parts = []
    for count, peaks in results["peaks"].items():
        parts.append(f"{_threads(int(count))}: {peaks['gflops']:.0f} GFLOP/s, {peaks['gbytes']:.0f} GB/s from memory")
    return "; ".join(parts)


def _latency(row: dict | None) -> list[str]:
    if row is None or "error" in row:
        return ["failed" if row else "-", "", "", "", ""]
    times = [_cell(row[name], lambda backend: f"{backend['median_ms']:.3f}") for name in BACKENDS]
    return [*times, f"{row['ratio']:.2f}", f"{row['roofline']:.0%}"]


def _mean(rows: Sequence[dict], count: int) -> str:
    ratios = [row["ratio"] for row in rows if row["threads"] == count and "error" not in row]
    return f"{statistics.geometric_mean(ratios):.2f}" if ratios else "-"


def _starts(rows: Sequence[dict]) -> list[list[str]]:
    head = ["model", "dldt", "onnxruntime", "OpenVINO", "ratio"]
    lines = [[*head, "dldt, MiB", "onnxruntime", "OpenVINO", "dldt, MiB on disk", "ONNX"]]
    for row in rows:
        took = {name: _start(row[name]) for name in BACKENDS}
        peers = [took[name] for name in BACKENDS[1:] if took[name] is not None]
        ratio = f"{min(peers) / took['dldt']:.0f}" if took["dldt"] and peers else "-"
        starts = ["failed" if took[name] is None else f"{took[name]:.1f}" for name in BACKENDS]
        memory = [_cell(row[name], lambda backend: f"{backend['rss_bytes'] / 2**20:.0f}") for name in BACKENDS]
        files = [f"{row[name]['file_bytes'] / 2**20:.1f}" for name in BACKENDS[:2]]
        lines.append([row["model"], *starts, ratio, *memory, *files])
    return lines


def _start(backend: dict) -> float | None:
    return None if "failed" in backend else backend["open_ms"] + backend["first_ms"]


def _cell(backend: dict, form: Callable[[dict], str]) -> str:
    return "failed" if "failed" in backend else form(backend)


def _table(lines: Sequence[Sequence[str]]) -> str:
    rows = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([rows[0], "|---" * len(lines[0]) + "|", *rows[1:]])


def _wrapped(text: str) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 120:
            lines.append("")
        lines[-1] += f"{word} "
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    sys.exit(main())
