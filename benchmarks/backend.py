"""A backend in its own process: it opens a model, then times inferences whenever it is told to.

    NAME FILE INPUTS.npz THREADS OUTPUTS.npz PRECISION CALL

are the words that benchmarks/race.py starts it with. The process reports when its imports are done, opens the model at
the first line that it reads, and then reads one number of seconds a line. Every answer is a line of JSON. NAME is dldt,
onnxruntime or openvino. PRECISION, f32 or bf16, is for OpenVINO: our file has its own, and onnxruntime has only f32.
CALL is plain (arrays in and arrays out at each call, by the fastest documented way of each backend) or bound (on arrays
that are bound once; ours: ``bind``, onnxruntime: IOBinding, OpenVINO: tensors of a request). The first inference is a
plain call.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

import numpy as np

from benchmarks import sessions

CLOCK = time.perf_counter_ns


def open_dldt(file: str, inputs: dict, threads: int, precision: str):
    """Our artifact; imports only the runtime."""
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

    return took, run, lambda: request.bind(arrays)


def open_onnxruntime(file: str, inputs: dict, threads: int, precision: str):
    """An onnxruntime session."""
    import onnxruntime

    start = CLOCK()
    session = sessions.onnxruntime_session(file, threads)
    took = CLOCK() - start
    names = [info.name for info in session.get_outputs()]

    def bind():
        binding = session.io_binding()
        for name, array in inputs.items():
            binding.bind_cpu_input(name, array)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in session.run(names, inputs)]
        for name, value in zip(names, values, strict=True):
            binding.bind_ortvalue_output(name, value)
        return lambda: session.run_with_iobinding(binding)

    return took, lambda: session.run(names, inputs), bind


def open_openvino(file: str, inputs: dict, threads: int, precision: str):
    """An OpenVINO infer request; inputs are shared, not copied."""
    import openvino

    start = CLOCK()
    compiled = sessions.openvino_model(file, threads, precision)
    request = compiled.create_infer_request()
    took = CLOCK() - start
    arrays = {port.get_any_name(): inputs[port.get_any_name()] for port in compiled.inputs}
    ports = compiled.outputs

    def run() -> list:
        results = request.infer(arrays, share_inputs=True, share_outputs=True)
        return [results[port] for port in ports]

    def bind():
        bound = compiled.create_infer_request()
        for port in compiled.inputs:
            bound.set_tensor(port, openvino.Tensor(arrays[port.get_any_name()], shared_memory=True))
        for port, array in zip(ports, run(), strict=True):
            bound.set_tensor(port, openvino.Tensor(array.copy(), shared_memory=True))
        return lambda: bound.infer(share_outputs=True)

    return took, run, bind


OPENERS = {"dldt": open_dldt, "onnxruntime": open_onnxruntime, "openvino": open_openvino}
PACKAGES = {"dldt": "dldt.runtime", "onnxruntime": "onnxruntime", "openvino": "openvino"}
"""Each backend's package. It is imported in advance, so that its import does not count as opening a model."""


def main() -> None:
    """Import, open when told to, run once, then serve. Errors are sent as answers, too."""
    name, file, inputs_file, threads, outputs_file, precision, call = sys.argv[1:]
    inputs = dict(np.load(inputs_file))
    try:
        importlib.import_module(PACKAGES[name])
        _say({})
        sys.stdin.readline()
        took, run, bind = OPENERS[name](file, inputs, int(threads), precision)
        start = CLOCK()
        outputs = run()
        first = CLOCK() - start
        np.savez(outputs_file, *outputs)
        _say({"open_ms": took / 1e6, "first_ms": first / 1e6, "rss_bytes": _peak_bytes()})
        if call == "bound":
            run = bind()
        for line in sys.stdin:
            _say({"times_ms": _timed(run, float(line)), "rss_bytes": _peak_bytes()})
    except Exception as problem:
        _say({"failed": f"{type(problem).__name__}: {(str(problem).strip().splitlines() or [''])[0][:150]}"})


def _timed(run, seconds: float) -> list[float]:
    """Milliseconds of each inference within ``seconds``, at least two inferences."""
    end, times = CLOCK() + int(seconds * 1e9), []
    while len(times) < 2 or CLOCK() < end:
        start = CLOCK()
        run()
        times.append((CLOCK() - start) / 1e6)
    return times


def _say(answer: dict) -> None:
    print(json.dumps(answer), flush=True)


def _peak_bytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
