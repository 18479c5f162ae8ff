"""Writes expected.npz: what TF Lite's reference kernels (ai-edge-litert 2.3.0) make of every case; its optimised ones
where there is no reference kernel.

python -m tests.frontends.tflite.make_expected [OPERATION …]     (with these alone what is there stays)
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests.frontends.tflite.case import OPTIMISED
from tests.frontends.tflite.cases import CASES

FILE = Path(__file__).with_name("expected.npz")


def made(path, kind):
    interpreter = Interpreter(model_path=path, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    return interpreter


def run(case):
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(case.model)
        file.flush()
        optimised = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        try:
            interpreter = made(file.name, optimised if case.oracle == OPTIMISED else OpResolverType.BUILTIN_REF)
        except (RuntimeError, ValueError):
            interpreter = made(file.name, optimised)
        for call, arrays in enumerate(case.calls):
            for detail, array in zip(interpreter.get_input_details(), arrays, strict=True):
                interpreter.set_tensor(detail["index"], array)
            interpreter.invoke()
            for port, detail in enumerate(interpreter.get_output_details()):
                yield f"{case.name}|{call}|{port}", interpreter.get_tensor(detail["index"]).copy()


def main(wanted):
    found = dict(np.load(FILE)) if wanted and FILE.exists() else {}
    for case in CASES:
        if case.expected is None and (not wanted or case.operation in wanted):
            try:
                found |= run(case)
            except (RuntimeError, ValueError) as error:
                sys.stderr.write(f"{case.name}: {str(error)[:300]}\n")
    names = {case.name for case in CASES}
    kept = {key: found[key] for key in sorted(found) if key.split("|")[0] in names}
    np.savez_compressed(FILE, **kept)
    sys.stdout.write(f"{len(kept)} arrays, {FILE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
