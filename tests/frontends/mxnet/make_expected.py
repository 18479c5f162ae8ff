"""Writes expected.npz: what MXNet makes of the cases and nets. Run with MXNet 1.9.1 (and numpy < 1.24):

python -m tests.frontends.mxnet.make_expected
"""

from __future__ import annotations

import json
from pathlib import Path

import mxnet as mx
import numpy as np

from tests.frontends.mxnet.all_cases import CASES
from tests.frontends.mxnet.nets import NETS

FOLDER = Path(__file__).parent


def answers(net, outputs):
    """What MXNet answers."""
    with mx.util.np_shape(net.numpy_shapes):
        symbol = mx.sym.load_json(json.dumps(net.symbol(*outputs)))
        given = {name.split(":", 1)[1]: array for name, array in net.params.items()} | net.inputs
        arrays = {name: mx.nd.array(array, dtype=array.dtype) for name, array in given.items()}
        args = {name: arrays[name] for name in symbol.list_arguments() if name in arrays}
        for name in symbol.list_arguments():
            if name not in args:  # a label, or a state that is not known
                args[name] = mx.nd.zeros((1,))
        auxs = {name: arrays[name] for name in symbol.list_auxiliary_states()}
        executor = symbol.bind(mx.cpu(), args, aux_states=auxs, grad_req="null")
        return [output.asnumpy() for output in executor.forward(is_train=False)]


def main():
    found, failed = {}, 0
    for name, made in [*((k, c.writer()) for k, c in CASES.items()), *((k, build()) for k, build in NETS.items())]:
        try:
            for position, array in enumerate(answers(*made)):
                found[f"{name}/{position}"] = array
        except Exception as error:
            failed += 1
            print(name, str(error).strip().splitlines()[0][:300] if str(error) else type(error))
    np.savez_compressed(FOLDER / "expected.npz", **found)
    print(f"MXNet {mx.__version__}: {len(found)} arrays, {failed} failed")


if __name__ == "__main__":
    main()
