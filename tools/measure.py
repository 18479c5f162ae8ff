"""The child process of ``dldt bench``: imports only the runtime, measures one library, prints JSON.

python -m dldt.tools.measure
    '{"path": "a.so", "threads": 1, "iterations": null, "seconds": 5, "requests": 1, "profile": false, "shapes": {}}'
"""

from __future__ import annotations

import concurrent.futures
import json
import sys
import time
from typing import Any

CLOCK = time.perf_counter_ns


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Import, open, first inference, warm-up, then timed inferences; times in milliseconds, memory in bytes."""
    start = CLOCK()
    import numpy as np

    numpy_ready = CLOCK()
    from dldt import runtime

    runtime_ready = CLOCK()
    model = runtime.load(job["path"], threads=job["threads"])
    opened = CLOCK()
    from dldt.tools.tensors import assumed_dims, concrete_shape, fill, require_inputs

    generator = np.random.default_rng(0)
    shapes = {name: tuple(shape) for name, shape in job["shapes"].items()}
    require_inputs(shapes, model.inputs)
    arrays = {i.name: fill(i, concrete_shape(i, shapes.get(i.name)), "random", generator) for i in model.inputs}
    request = model.create_request()
    before = CLOCK()
    request.run(arrays)
    after = CLOCK()
    _repeat(request, arrays, None, min(0.5, job["seconds"] or 0.5))
    started = CLOCK()
    times = _side_by_side([request, *(model.create_request() for _ in range(job["requests"] - 1))], arrays, job)
    took = CLOCK() - started
    steps = request.profile(arrays, runs=max(1, min(50, len(times)))) if job["profile"] else []
    return {
        "import_numpy_ms": (numpy_ready - start) / 1e6,
        "import_runtime_ms": (runtime_ready - numpy_ready) / 1e6,
        "load_ms": (opened - runtime_ready) / 1e6,
        "first_inference_ms": (after - before) / 1e6,
        "threads": job["threads"] or runtime.default_threads(),
        "requests": job["requests"],
        "times_ms": [t / 1e6 for t in times],
        "duration_ms": took / 1e6,
        "peak_rss_bytes": _peak_bytes(),
        "steps": [_step(step) for step in steps],
        "assumed_dims": assumed_dims(model.inputs, shapes),
        "inputs": {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()},
    }


def _step(timed: Any) -> dict[str, Any]:
    step = timed.step
    return {
        "what": step.what,
        "output": step.output,
        "kernel": step.kernel,
        "algorithm": step.algorithm,
        "parallel": step.parallel,
        "ms": timed.seconds * 1e3,
        "flops": step.flops,
        "operations": step.flops if step.operations is None else step.operations,
        "bytes": step.bytes,
        "weights": step.weights,
        "passed": step.passed,
        "pair": step.pair,
        "row_tiles": step.row_tiles,
        "gflops": timed.gflops,
    }


def _side_by_side(requests: list[Any], arrays: dict[str, Any], job: dict[str, Any]) -> list[int]:
    """Nanoseconds of all inferences. Several requests run at once, each on its own thread."""
    if len(requests) == 1:
        return _repeat(requests[0], arrays, job["iterations"], job["seconds"])
    each = job["iterations"] and -(-job["iterations"] // len(requests))
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        runs = [pool.submit(_repeat, request, arrays, each, job["seconds"]) for request in requests]
    return [time for run in runs for time in run.result()]


def _repeat(request: Any, arrays: dict[str, Any], iterations: int | None, seconds: float | None) -> list[int]:
    """Nanoseconds of each inference: ``iterations`` of them, or as many as take ``seconds``, at least one."""
    times: list[int] = []
    end = CLOCK() + int((seconds or 0) * 1e9)
    while len(times) < iterations if iterations else (not times or CLOCK() < end):
        start = CLOCK()
        request.run(arrays)
        times.append(CLOCK() - start)
    return times


def _peak_bytes() -> int:
    """The peak resident memory of the process itself. (getrusage starts from the parent's.)"""
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def main() -> int:
    """Measure as argv says. An error of the loader is printed as JSON, for the parent to show."""
    try:
        print(json.dumps(measure(json.loads(sys.argv[1]))))
    except Exception as error:
        code = getattr(error, "exit_code", None)
        if code is None:
            raise
        print(json.dumps({"error": str(error), "exit_code": code}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
