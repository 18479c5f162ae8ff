"""What an OpenVINO answers to calls that follow each other: `openvino_outputs.py MODEL.xml CALLS.npz ANSWERS.npz`.

An interpreter of another environment can run it: it needs OpenVINO and numpy alone. CALLS.npz holds for each input an
array with a row a call; ANSWERS.npz gets the same of the first output. States begin anew."""

from __future__ import annotations

import sys

import numpy as np
import openvino


def main(xml: str, calls: str, answers: str) -> None:
    """Write the answers."""
    with np.load(calls) as given:
        feeds = {name: given[name] for name in given.files}
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(xml, "CPU", settings).create_infer_request()
    found = []
    for call in range(len(next(iter(feeds.values())))):
        request.infer({name: rows[call] for name, rows in feeds.items()})
        found.append(request.get_output_tensor(0).data.copy())
    np.savez(answers, y=np.stack(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
