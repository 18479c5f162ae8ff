"""Writes exported.npz: symbols that MXNet itself wrote, and what it answers. Run with MXNet 1.9.1 (and numpy < 1.24):

python -m tests.frontends.mxnet.make_exported
"""

from __future__ import annotations

import json
from pathlib import Path

import mxnet as mx
import numpy as np

from tests.frontends.mxnet.exported import parameters
from tests.frontends.mxnet.make_control import CONTROL
from tests.frontends.mxnet.make_quantized import QUANTIZED

FOLDER = Path(__file__).parent


def answers(symbol, shapes, inputs):
    """What MXNet answers, with parameters that follow from their names."""
    arrays = parameters(shapes) | inputs
    given = {name: mx.nd.array(array, dtype=array.dtype) for name, array in arrays.items()}
    args = {name: given[name] for name in symbol.list_arguments()}
    auxs = {name: given[name] for name in symbol.list_auxiliary_states()}
    executor = symbol.bind(mx.cpu(), args, aux_states=auxs, grad_req="null")
    return [output.asnumpy() for output in executor.forward(is_train=False)]


def main():
    found = {}
    for name, build in {**CONTROL, **QUANTIZED}.items():
        symbol, shapes, inputs = build()
        found[f"{name}/symbol"] = np.frombuffer(symbol.tojson().encode(), np.uint8)
        known = {key: array for key, array in shapes.items() if isinstance(array, np.ndarray)}
        found.update({f"{name}/param/{key}": array for key, array in known.items()})
        rest = {key: shape for key, shape in shapes.items() if key not in known}
        found[f"{name}/shapes"] = np.frombuffer(json.dumps(rest).encode(), np.uint8)
        found.update({f"{name}/input/{key}": array for key, array in inputs.items()})
        found.update({f"{name}/{i}": array for i, array in enumerate(answers(symbol, shapes, inputs))})
    np.savez_compressed(FOLDER / "exported.npz", **found)
    print(f"MXNet {mx.__version__}: {len(found)} arrays")


if __name__ == "__main__":
    main()
