"""Writes old.npz: what MXNet makes of files of its earlier generations. Run with MXNet 1.9.1 (and numpy < 1.24):

python -m tests.frontends.mxnet.make_old
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import mxnet as mx
import numpy as np

from tests.frontends.mxnet.old_files import GENERATIONS, NETS, written


def answers(net, heads, folder):
    """What MXNet answers of the files."""
    path = net.save(folder, *heads)
    symbol, stored = mx.sym.load(str(path)), mx.nd.load(str(path.with_name("net-0000.params")))
    arrays = {name.partition(":")[2]: array for name, array in (stored.items() if stored else ())}
    arrays |= {name: mx.nd.array(array) for name, array in net.inputs.items()}
    args, auxs = ([arrays[name] for name in symbol.list_arguments()], symbol.list_auxiliary_states())
    executor = symbol.bind(mx.cpu(), args, aux_states=[arrays[name] for name in auxs], grad_req="null")
    return [output.asnumpy() for output in executor.forward(is_train=False)]


def main():
    found = {}
    for name in NETS:
        for generation in GENERATIONS:
            with tempfile.TemporaryDirectory() as folder:
                for place, array in enumerate(answers(*written(name, generation), Path(folder))):
                    found[f"{name}/{generation.name}/{place}"] = array
    np.savez_compressed(Path(__file__).with_name("old.npz"), **found)
    print(f"MXNet {mx.__version__}: {len(found)} arrays")


if __name__ == "__main__":
    main()
