"""``dldt bench``: latency, throughput, load time, first inference and peak memory of a compiled library."""

from __future__ import annotations

import dataclasses
import json
import math
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import DldtError, InternalError, UsageError
from dldt.debug.forked import CrashedError
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.artifact import about, add_artifact_arguments, compiled, read_again
from dldt.tools.console import run_command
from dldt.tools.crash_report import reproducible
from dldt.tools.layers import layers, print_layers
from dldt.tools.output import require_writable
from dldt.tools.printable import printable
from dldt.tools.units import bytes_text

if TYPE_CHECKING:
    from dldt.tools.roofline import Peaks

DESCRIPTION = """Measure a compiled library, or a model (compiled for this machine first), in a process of its own.

  dldt bench resnet50.so --threads 1
  dldt bench resnet50.so --threads 1 --per-layer
  dldt bench -m model.onnx -shape "x[1,3,640,640]" -niter 200 -nthreads 2 --json result.json"""

PERCENTILES = (50, 90, 99)


def main(argv: Sequence[str] | None = None, prog: str = "dldt bench") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    add_artifact_arguments(parser)
    group = parser.add_argument_group("measurement")
    group.add_argument("--niter", "-niter", type=int, metavar="N", help="inferences to time (default: as time allows)")
    group.add_argument("-t", "--time", type=float, metavar="SECONDS", help="time inferences for so long (default: 5)")
    group.add_argument("--nireq", "-nireq", type=int, default=1, metavar="N", help="requests that run at once (1)")
    group.add_argument("--profile", "-pc", action="store_true", help="the time of every step, in a run of its own")
    group.add_argument(
        "--per-layer", action="store_true", help="the same beside what this machine can do, the longest step first"
    )
    group.add_argument("-d", choices=("CPU",), help="accepted for those who come from benchmark_app")
    group.add_argument("--json", metavar="FILE", help="write all numbers as JSON ('-': to stdout, and nothing else)")
    return run_command(parser, bench, argv, read=read_again)


def bench(arguments: Arguments) -> int:
    """Measure in a fresh process and report."""
    if arguments.niter is not None and arguments.niter < 1:
        raise UsageError(f"-niter is {arguments.niter}; it must be 1 or more")
    if not 1 <= arguments.nireq <= 1024:
        raise UsageError(f"-nireq is {arguments.nireq}; it must be 1 to 1024")
    if arguments.time is not None and not 0 < arguments.time < math.inf:
        raise UsageError(f"-t is {arguments.time:g}; it must be more than 0")
    if arguments.json and arguments.json != "-":
        require_writable(Path(arguments.json))

    from dldt.tools.tensors import parse_shapes

    shapes = parse_shapes(arguments.shape)
    with compiled(arguments) as artifact:
        job = {
            "path": str(artifact),
            "threads": arguments.threads,
            "iterations": arguments.niter,
            "seconds": arguments.time or (None if arguments.niter else 5.0),
            "requests": arguments.nireq,
            "profile": arguments.profile or arguments.per_layer,
            "shapes": shapes,
        }
        with reproducible(lambda: read_again(arguments), texts=lambda: about(artifact)):
            report = _report(_measure(job), artifact.stat().st_size)
    peaks = _peaks(report["threads"]) if arguments.per_layer else None
    if arguments.per_layer:
        report["peaks"] = peaks and dataclasses.asdict(peaks)
        report["steps"] = layers(report["steps"], peaks)
    report["model"] = str(arguments.model or arguments.path_to_model)
    if arguments.json == "-":
        print(json.dumps(report, indent=1))
        return 0
    if arguments.json:
        _write_json(Path(arguments.json), report)
    _print(report)
    if arguments.per_layer:
        print_layers(report["steps"], peaks)
    else:
        _print_steps(report["steps"])
    return 0


def _peaks(threads: int) -> Peaks | None:
    """The peaks of this machine on so many threads; None without LLVM."""
    try:
        from dldt.tools.peaks import measure_peaks
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("llvmlite", "attr", "attrs"):
            raise
        return None
    return measure_peaks(threads)


def percentile(times: Sequence[float], percent: float) -> float:
    """The smallest time that at least ``percent`` of the times do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _measure(job: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "dldt.tools.measure", json.dumps(job)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode < 0:
        raise CrashedError.of("the library's code", done.returncode)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InternalError(f"the measuring process ended with {done.returncode}: {last}")
    result: dict[str, Any] = json.loads(done.stdout)
    if "error" in result:
        error = DldtError(result["error"])
        error.exit_code = result["exit_code"]
        raise error
    return result


def _report(measured: dict[str, Any], file_bytes: int) -> dict[str, Any]:
    times = measured.pop("times_ms")
    mean = sum(times) / len(times)
    latency = {f"p{percent}": percentile(times, percent) for percent in PERCENTILES}
    return {
        "latency_ms": latency | {"min": min(times), "mean": mean, "max": max(times)},
        "iterations": len(times),
        "inferences_per_second": 1e3 * len(times) / measured["duration_ms"],
        **measured,
        "file_bytes": file_bytes,
        "machine": {"cpu": _cpu_name(), "arch": platform.machine(), "python": platform.python_version()},
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _write_json(path: Path, report: dict[str, Any]) -> None:
    from dldt.compiler.atomic import atomic_write

    with atomic_write(path) as file:
        file.write(json.dumps(report, indent=1).encode() + b"\n")


def _print(report: dict[str, Any]) -> None:
    latency = report["latency_ms"]
    inputs = ", ".join(f"{name} {dtype}{shape}" for name, (dtype, shape) in report["inputs"].items())
    rows = [
        ("inputs", inputs),
        *([("dims", report["assumed_dims"])] if report["assumed_dims"] else []),
        ("threads", f"{report['threads']}, {report['requests']} request{'s' * (report['requests'] > 1)} at once"),
        ("count", f"{report['iterations']} inferences"),
        ("latency", "  ".join(f"{name} {latency[name]:.3f}" for name in ("p50", "p90", "p99", "min", "mean")) + "  ms"),
        ("throughput", f"{report['inferences_per_second']:.1f} inferences/s"),
        ("load", f"{report['load_ms']:.2f} ms"),
        ("first", f"{report['first_inference_ms']:.3f} ms"),
        ("memory", f"{bytes_text(report['peak_rss_bytes'])} peak, the interpreter and numpy included"),
    ]
    for name, text in rows:
        print(f"{name:<11} {printable(text)}")


def _print_steps(steps: Sequence[dict[str, Any]]) -> None:
    """One line for each step, in the order of the run: its time, share and speed."""
    if not steps:
        return
    total = sum(step["ms"] for step in steps) or 1.0
    print(f"\n{'ms':>9} {'share':>6} {'GFLOP/s':>8}  step")
    for step in steps:
        speed = "" if step["gflops"] is None else f"{step['gflops']:.1f}"
        words = printable(f"{step['what']} → {step['output']} ({step['algorithm']})")
        print(f"{step['ms']:9.3f} {step['ms'] / total:6.1%} {speed:>8}  {words}")


if __name__ == "__main__":
    sys.exit(main())
