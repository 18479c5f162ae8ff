"""The table of the results of races: latencies next to each other, and the ratios computed from them."""

from __future__ import annotations

import statistics

from benchmarks import opening
from benchmarks.race import AGAINST, BACKENDS, PEERS
from dldt.tools.roofline import Peaks

NOTE = """latency: median (least) in ms; ratio: the faster peer's median to ours; peak, roof: the share of the f32 FMA
peak and of the roofline at our least; then opening/first inference in ms, peak RSS and file size in MiB, ours first,
and the largest difference from onnxruntime's outputs as a share of their largest value, ours and OpenVINO's; against:
another version of dldt, and the ratio of its median to ours"""

NAMES = ("dldt", AGAINST, *PEERS)


def table(rows: list[dict], peaks: Peaks) -> str:
    """One line for each model, and the mean of the ratios."""
    threads = f"{peaks.threads} thread{'s' * (peaks.threads > 1)}"
    most = f"{peaks.gflops:.0f} GFLOP/s, {peaks.gbytes:.0f} GB/s from memory"
    most += "".join(f", {cache.gbytes:.0f} from {cache.name}" for cache in peaks.caches)
    whole = [row for row in rows if "error" not in row]
    names = _names(*whole)
    head = "".join(f"{'ours' if name == 'dldt' else name:>17}" for name in names)
    head += f"{'against':>9}" * (AGAINST in names) + f"{'ratio':>7}" * bool({*PEERS} & {*names})
    lines = [f"\n{threads}; {most}", f"{'model':<13}{head}{'peak':>6}{'roof':>6}  open/first, RSS, file, error"]
    lines += [line(row) for row in rows]
    if AGAINST in names:
        lines.append(f"{mean_line(rows, 'against_ratio', 3)} (the other version's time to ours)")
    if {*PEERS} & {*names} or not names:
        lines.append(mean_line(rows))
    if {*BACKENDS} <= {*names}:
        lines.append(opening.summary([row for row in whole if not opening.failed(row)]))
    return "\n".join(lines)


def line(row: dict) -> str:
    """The table's line of one result."""
    if "error" in row:
        return f"{row['model']:<13}FAILED  {row['error']}"
    names = _names(row)
    cells = "".join(_latency(row[name]) for name in names)
    ratios = "".join(
        f"{row[key]:>{width}.{digits}f}" if key in row else f"{'-':>{width}}"
        for key, width, digits, shown in (("against_ratio", 9, 3, AGAINST in row), ("ratio", 7, 2, names[-1] in PEERS))
        if shown
    )
    opened = " ".join(_cell(row[name], "{open_ms:.1f}/{first_ms:.1f}") for name in names)
    memory = " ".join("-" if "failed" in row[name] else f"{row[name]['rss_bytes'] / 2**20:.0f}" for name in names)
    files = " ".join(f"{row[name]['file_bytes'] / 2**20:.1f}" for name in names if name != "openvino")
    shares = f"{row['peak_share']:>6.0%}{row['roofline']:>6.0%}"
    failed = "".join(f"; {name} FAILED: {row[name]['failed']}" for name in names if "failed" in row[name])
    errors = " ".join(_error(row[name]) for name in names if name != "onnxruntime")
    return f"{row['model']:<13}{cells}{ratios}{shares}  {opened}, {memory}, {files}, {errors}{failed}"


def _names(*rows: dict) -> list[str]:
    """The names of the competitors, in the order of the columns."""
    return [name for name in NAMES if any(name in row for row in rows)]


def _latency(backend: dict) -> str:
    return _cell(backend, "{median_ms:.3f} ({min_ms:.3f})").rjust(17)


def _error(backend: dict) -> str:
    return f"{backend['error']:.0e}" if "error" in backend else "-"


def _cell(backend: dict, form: str) -> str:
    return "-" if "failed" in backend else form.format(**backend)


def mean_line(rows: list[dict], key: str = "ratio", digits: int = 2) -> str:
    """The geometric mean of the ratios, the smallest ratio, and the number of models that failed."""
    ratios = {row["model"]: row[key] for row in rows if "error" not in row and key in row}
    failed = f"; {len(rows) - len(ratios)} failed" if len(ratios) < len(rows) else ""
    if not ratios:
        return f"no model was measured{failed}"
    least = min(ratios, key=ratios.__getitem__)
    mean, lowest = (f"{ratio:.{digits}f}" for ratio in (statistics.geometric_mean(ratios.values()), ratios[least]))
    return f"geometric mean of {len(ratios)} ratios: {mean}; the least: {lowest} ({least}){failed}"
