"""An utterance through a streaming model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dldt.compiler.graph import Graph

Arrays = Mapping[str, Any]


def streamed(graph: Graph, inputs: Arrays, run: Callable[[dict[str, Any]], Arrays]) -> dict[str, Any]:
    """The outputs for all frames, as often as there is a chunk: the last frame is repeated until its output is there,
    and the first outputs, which belong to no frame, are left out."""
    delay, chunk = int(graph.metadata["kaldi_delay"]), int(graph.metadata["kaldi_chunk"])
    frames = len(inputs["input"])
    calls = -(-(frames + delay) // chunk)
    x = np.concatenate([inputs["input"], np.repeat(inputs["input"][-1:], calls * chunk - frames, 0)])
    ended = (np.arange(len(x)) >= frames).astype(np.float32)[:, None]
    names = [value.node.name for value in graph.inputs]
    found: dict[str, list[Any]] = {}
    for call in range(calls):
        part = slice(call * chunk, (call + 1) * chunk)
        feeds = {**{name: inputs[name] for name in inputs if name in names}, "input": x[part]}
        feeds |= {"ended": ended[part]} if "ended" in names else {}
        for name, array in run(feeds).items():
            found.setdefault(name, []).append(np.array(array))
    return {name: np.concatenate(parts)[delay : delay + frames] for name, parts in found.items()}
