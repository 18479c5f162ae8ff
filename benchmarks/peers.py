"""Our artifacts compared with onnxruntime and OpenVINO, and with those of another version of dldt, in one run.

    python -m benchmarks.peers --threads 1,2 --json peers.json --chart peers.png
    python -m benchmarks.peers --models resnet50 squeezenet
    python -m benchmarks.peers --precision bf16                              ours and OpenVINO in bf16
    python -m benchmarks.peers --models wakeword silero --bound              on arrays that are bound once
    python -m benchmarks.peers --threads 1,2 --json peers.json --resume      what an interrupted run left to do
    python -m benchmarks.peers --against ../base/bin/python                  that interpreter's dldt as well
    python -m benchmarks.peers --against … --only-against --target x86-64-v3 nobody else, for another target

Each backend has its own process; all are pinned to the same cores. When all have done their imports, they open the
model one after another. This is done three times in fresh processes, and the median counts. Then the outputs of the
last processes are compared, and their inferences are timed in interleaved rounds (A B C A B C …), so that other load of
the machine affects all alike. The FMA peak and the bandwidths of memory and caches are measured in the same run
(docs/benchmarks.md says how the share of the roofline is computed from them). Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import dldt
from benchmarks import chart, latencies
from benchmarks.accuracy import read
from benchmarks.arguments import duration, new_file, read_results, target_name, thread_counts, whole_number
from benchmarks.conditions import Conditions
from benchmarks.environment import Environment
from benchmarks.lineup import Lineup
from benchmarks.machine import describe, require_target
from benchmarks.models import MODELS, Model, random_inputs, select
from benchmarks.race import AGAINST, BACKENDS, PEERS, race
from dldt.compiler.substitute import evaluate
from dldt.runtime.format import read_artifact
from dldt.tools.peaks import fma_peak, measure_peaks
from dldt.tools.roofline import Peaks, bounds
from dldt.tools.work import multiply_adds


def main() -> int:
    """Measure every model at every number of threads. Prints a table for each number, and writes all results as
    JSON."""
    started = time.monotonic()
    arguments = _arguments()
    counts = arguments.threads
    if arguments.chart:
        chart.require_matplotlib()
    conditions = Conditions(
        arguments.rounds, arguments.seconds, arguments.precision, arguments.openings, _call(arguments)
    )
    lineup = Lineup(arguments.target, () if arguments.only_against else PEERS, arguments.against)
    found, missing = select(arguments.models)
    machine = describe()
    results: dict = {"machine": machine, **_what(arguments)}
    results["models"] = _kept(arguments, results)
    print(f"{machine['cpu']}, {machine['cores']} cores; {versions(results)}\n{latencies.NOTE}", flush=True)
    cores = {count: sorted(os.sched_getaffinity(0))[:count] for count in counts}
    peaks = {count: measure_peaks(len(cores[count]), 0.3, lineup.target) for count in counts}
    results["peaks"] = {str(count): dataclasses.asdict(peak) for count, peak in peaks.items()}
    for number, model in enumerate(found, 1):
        done = {row["threads"] for row in results["models"] if row["model"] == model.name}
        tell = Progress(f"[{number}/{len(found)}] {model.name}:")
        for row in measure(model, {c: cores[c] for c in counts if c not in done}, peaks, conditions, tell, lineup):
            results["models"].append(row)
            if arguments.json:
                _write(arguments.json, results)
        tell.end()
    order = {model.name: place for place, model in enumerate(MODELS)}
    results["models"].sort(key=lambda row: (row["threads"], order[row["model"]]))
    results["peaks"] = {str(count): dataclasses.asdict(peak) for count, peak in peaks.items()}
    results["seconds"] = time.monotonic() - started
    for count in counts:
        print(latencies.table([row for row in results["models"] if row["threads"] == count], peaks[count]))
    print(*missing, f"{results['seconds'] / 60:.1f} minutes", sep="\n")
    if arguments.json:
        _write(arguments.json, results)
    if arguments.chart:
        chart.draw(results, arguments.chart)
    return int(any("error" in row for row in results["models"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument(
        "--threads", type=thread_counts, default=[1], metavar="N,M", help="numbers of threads (default: 1)"
    )
    parser.add_argument(
        "--precision", choices=("f32", "bf16"), default="f32", help="of ours and OpenVINO; onnxruntime stays f32"
    )
    parser.add_argument(
        "--bound", action="store_true", help="call each backend on bound arrays; else arrays in, arrays out"
    )
    parser.add_argument(
        "--target", type=target_name, default="host", metavar="NAME", help="of our artifacts (default: host)"
    )
    Environment.add_option(parser)
    parser.add_argument("--only-against", action="store_true", help="leave out onnxruntime and OpenVINO")
    parser.add_argument("--rounds", type=whole_number, default=8, help="interleaved rounds (default: 8)")
    parser.add_argument("--openings", type=whole_number, default=3, help="fresh processes of each backend (default: 3)")
    parser.add_argument("--seconds", type=duration, default=0.4, help="of each backend's round (default: 0.4)")
    parser.add_argument("--json", type=new_file, metavar="FILE", help="write all numbers, after every model")
    parser.add_argument("--resume", action="store_true", help="keep the good rows of FILE that this machine measured")
    parser.add_argument("--chart", type=new_file, metavar="FILE", help="draw the ratios as a PNG (needs matplotlib)")
    arguments = parser.parse_args()
    if arguments.resume and not arguments.json:
        parser.error("--resume needs --json FILE: the file to go on with")
    if arguments.only_against and (not arguments.against or arguments.chart):
        parser.error("--only-against needs --against PYTHON, and --chart the peers")
    require_target(arguments.target)
    return arguments


def _call(arguments: argparse.Namespace) -> str:
    return "bound" if arguments.bound else "plain"


def _what(arguments: argparse.Namespace) -> dict:
    """The options that all rows of one file have in common: all that is measured, except the models and the machine."""
    against = arguments.against.version if arguments.against else None
    found = {"precision": arguments.precision, "call": _call(arguments), "target": arguments.target, AGAINST: against}
    return found | {"peers": not arguments.only_against}


def _kept(arguments: argparse.Namespace, results: dict) -> list[dict]:
    """The rows of an interrupted run; none if another machine or other versions made them."""
    if not arguments.resume or not arguments.json.is_file():
        return []
    before = read_results(arguments.json)
    usual = {"precision": "f32", "call": "plain", "target": "host", AGAINST: None, "peers": True}
    if {key: before.get(key, usual.get(key)) for key in results} != results:
        raise SystemExit(
            f"error: {arguments.json} is of another machine, other versions, another precision, other calls, another "
            "target or other competitors; measure without --resume"
        )
    return [row for row in before["models"] if "error" not in row]


def _write(path: Path, results: dict) -> None:
    """Write the file completely or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


class Progress:
    """Progress on stderr, one line for each model. At a terminal the current activity is overwritten by the next."""

    def __init__(self, head: str) -> None:
        self._head, self._live = head, sys.stderr.isatty()
        if not self._live:
            print(head, end="", file=sys.stderr, flush=True)

    def __call__(self, text: str) -> None:
        """Show the current activity."""
        if self._live:
            print(f"\r\x1b[K{self._head} {text}", end="", file=sys.stderr, flush=True)

    def keep(self, text: str) -> None:
        """Print a result, which stays on the screen."""
        self._head += f" {text};"
        print(f"\r\x1b[K{self._head}" if self._live else f" {text};", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Start the next line."""
        print(file=sys.stderr, flush=True)


def measure(
    model: Model,
    cores: dict[int, list[int]],
    peaks: dict[int, Peaks],
    conditions: Conditions,
    tell: Progress,
    lineup: Lineup = Lineup(),  # noqa: B008 - it is frozen
):
    """One row for each number of threads. It has an ``error`` where we ourselves fail, or no peer works.

    ``peaks`` keep the best of the run, so that a busy moment does not lower the FMA peak.
    """
    if not cores:
        tell.keep("measured before")
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            tell("compiling")
            started = time.monotonic()
            graph = read(model)
            artifact, _ = dldt.compile_model(
                graph, Path(folder) / "model.so", lineup.target, precision=conditions.precision
            )
            competitors = lineup.beside(artifact, model, conditions.precision)
            work = evaluate(multiply_adds(graph), {})
            tell.keep(f"compiled in {time.monotonic() - started:.1f} s")
        except Exception as problem:
            failure = f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0][:150]}"
            tell.keep(failure)
            yield from ({"model": model.name, "threads": count, "error": failure} for count in cores)
            return
        steps = [step._asdict() for step in read_artifact(artifact).metadata.steps]
        for count, used in cores.items():
            threads = f"{count} thread{'s' * (count > 1)}"
            best = max(peaks[count].gflops, fma_peak(0.1, len(used), lineup.target))
            peaks[count] = dataclasses.replace(peaks[count], gflops=best)
            row: dict = {"model": model.name, "threads": count, "multiply_adds": work}
            row |= race(
                competitors,
                random_inputs(model),
                count,
                used,
                tell=lambda text, threads=threads: tell(f"{threads}: {text}"),
                **dataclasses.asdict(conditions),
            )
            for name, competitor in competitors.items():
                row[name]["file_bytes"] = competitor.file.stat().st_size
            row |= judge(row, work, steps, peaks[count])
            ratios = [f"{row[key]:.2f}" for key in ("ratio", "against_ratio") if key in row]
            tell.keep(f"{threads}: {row.get('error') or ', '.join(ratios)}")
            yield row


def judge(row: dict, work: int, steps: list[dict], peaks: Peaks) -> dict:
    """The values computed from a race: the ratios of the faster peer's time and of the other version's time to ours,
    and the shares of the peak and of the roofline. A ratio is missing where there is no competitor for it.

    ``roofline`` counts operations by their definition, ``roofline_done`` those that our algorithms really perform. Both
    add up the least times of the steps, because a network computes one step after another.
    """
    found: dict = {"fma_peak_gflops": peaks.gflops, "read_gbytes": peaks.gbytes}
    if "failed" in row["dldt"]:
        return found | {"error": row["dldt"]["failed"]}
    peers = [row[name] for name in PEERS if name in row]
    whole = [peer["median_ms"] for peer in peers if "failed" not in peer]
    if peers and not whole:
        return found | {"error": f"no peer works: {peers[0]['failed']}"}
    ours = row["dldt"]["median_ms"]
    if whole:
        found["ratio"] = min(whole) / ours
    if "failed" not in row.get(AGAINST, {"failed": ""}):
        found["against_ratio"] = row[AGAINST]["median_ms"] / ours
    seconds = row["dldt"]["min_ms"] / 1e3  # the peaks are the best of many as well
    least = {key: sum(b.seconds for b in bounds(steps, peaks, key) if b) for key in ("flops", "operations")}
    return found | {
        "peak_share": 2 * work / seconds / 1e9 / peaks.gflops,
        "roofline": least["flops"] / seconds,
        "roofline_done": least["operations"] / seconds,
    }


def versions(results: dict) -> str:
    """The versions of what was measured."""
    names = BACKENDS if results.get("peers", True) else BACKENDS[:1]
    others = f"; against {results[AGAINST]}" if results.get(AGAINST) else ""
    target = f"; {results['target']}" if results.get("target", "host") != "host" else ""
    return ", ".join(f"{name} {results['machine']['packages'][name]}" for name in names) + others + target


if __name__ == "__main__":
    sys.exit(main())
