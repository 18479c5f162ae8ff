"""A backend in a process of its own: opens a model, then times inferences whenever it is told to.

    python -m benchmarks.backend NAME FILE INPUTS.npz THREADS OUTPUTS.npz

Reads a number of seconds a line, answers with a line of JSON. NAME is dldt, onnxruntime or openvino.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from benchmarks import sessions

CLOCK = time.perf_counter_ns


def open_dldt(file: str, inputs: dict, threads: int):
    """Our artifact; imports the runtime alone."""
    from dldt import runtime

    start = CLOCK()
    model = runtime.load(file, threads=threads)
    request = model.create_request()
    took = CLOCK() - start
    arrays = {info.name: inputs[info.name] for info in model.inputs}
    names = [info.name for info in model.outputs]

    def run() -> list:
        outputs = request.run(arrays)
        return [outputs[name] for name in names]

    return took, run


def open_onnxruntime(file: str, inputs: dict, threads: int):
    """An onnxruntime session."""
    import onnxruntime  # noqa: F401  (its import is not part of the session's creation)

    start = CLOCK()
    session = sessions.onnxruntime_session(file, threads)
    took = CLOCK() - start
    return took, lambda: session.run(None, inputs)


def open_openvino(file: str, inputs: dict, threads: int):
    """An OpenVINO infer request; inputs are shared, not copied."""
    import openvino  # noqa: F401

    start = CLOCK()
    compiled = sessions.openvino_model(file, threads)
    request = compiled.create_infer_request()
    took = CLOCK() - start
    arrays = {port.get_any_name(): inputs[port.get_any_name()] for port in compiled.inputs}
    ports = compiled.outputs

    def run() -> list:
        results = request.infer(arrays, share_inputs=True, share_outputs=True)
        return [results[port] for port in ports]

    return took, run


OPENERS = {"dldt": open_dldt, "onnxruntime": open_onnxruntime, "openvino": open_openvino}


def main() -> None:
    """Open, run once, then serve."""
    name, file, inputs_file, threads, outputs_file = sys.argv[1:]
    inputs = dict(np.load(inputs_file))
    took, run = OPENERS[name](file, inputs, int(threads))
    start = CLOCK()
    outputs = run()
    first = CLOCK() - start
    np.savez(outputs_file, *outputs)
    _say({"open_ms": took / 1e6, "first_ms": first / 1e6, "rss_bytes": _peak_bytes()})
    for line in sys.stdin:
        end, times = CLOCK() + int(float(line) * 1e9), []
        while len(times) < 3 or CLOCK() < end:
            start = CLOCK()
            run()
            times.append((CLOCK() - start) / 1e6)
        _say({"times_ms": times, "rss_bytes": _peak_bytes()})


def _say(answer: dict) -> None:
    print(json.dumps(answer), flush=True)


def _peak_bytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
