"""A Kaldi file → a network, and a network → the record of the form that the user wants."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import map_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.nnet1 import read_nnet1
from dldt.frontends.kaldi.nnet2 import read_nnet2
from dldt.frontends.kaldi.nnet3 import read_nnet3
from dldt.frontends.kaldi.priors import log_priors
from dldt.frontends.kaldi.streaming import streaming
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork, TimedNode
from dldt.frontends.kaldi.token_stream import TokenStream
from dldt.frontends.kaldi.transition_model import skip_transition_model
from dldt.frontends.kaldi.whole import whole

LARGEST = 8 << 30
SOFTMAX = frozenset(("Softmax", "HiddenSoftmax", "SoftmaxComponent"))
LOG_SOFTMAX = frozenset(("LogSoftmaxComponent",))


def read_kaldi(path: str | os.PathLike[str], options: Options | None = None) -> ModelRecord:
    """The record of a .nnet, .mdl or .raw file. Raises InputError, UnsupportedError, UsageError."""
    given = options or {}
    network = read_network(Path(path))
    if "counts" in given:
        network = with_counts(network, given["counts"])
    if given.get("remove_output_softmax"):
        network = without_softmax(network)
    chunk = given.get("frames_per_chunk", 1)
    if not 1 <= chunk <= 1 << 20:
        raise UsageError(f"frames_per_chunk is {chunk}; it must be at least 1")
    step = given.get("frame_subsampling_factor", 1)
    if not 1 <= step <= 1000:
        raise UsageError(f"frame_subsampling_factor is {step}; it must be from 1 to 1000")
    if given.get("streaming") or given.get("remove_memory") or "frames_per_chunk" in given:
        if step > 1:
            raise UsageError(
                "--frame_subsampling_factor is for whole utterances; of a streaming model's answers take every Nth"
            )
        record, more = streaming(network, chunk, states=not given.get("remove_memory"))
        return ModelRecord(KALDI, network.path, record, {**network.metadata, **more})
    more = {"frame_subsampling_factor": str(step)} if step > 1 else {}
    return ModelRecord(KALDI, network.path, whole(network, step), {**network.metadata, **more})


def read_network(path: Path) -> TimedNetwork:
    """What the file describes, with time in it."""
    data = map_regular(path, max_bytes=LARGEST)
    binary = bytes(data[:2]) == b"\0B"
    stream = TokenStream(data, path, binary, 2 if binary else 0)
    first = stream.next_token()
    if first == "<TransitionModel>":
        skip_transition_model(stream)
        return read_nnet3(stream) if stream.next_token() == "<Nnet3>" else read_nnet2(stream)
    if first == "<Nnet3>":
        return read_nnet3(stream)
    if first == "<Nnet>":
        return read_nnet1(stream)
    raise InputError(
        f"{path}: not a Kaldi model: it begins with {shown(first)}, not <Nnet>, <Nnet3> or <TransitionModel>"
    )


def with_counts(network: TimedNetwork, counts: str) -> TimedNetwork:
    """The network with the logarithms of the classes' priors subtracted before its SoftMax, or from its output."""
    name, tap = _only_output(network, "--counts")
    nodes = dict(network.nodes)
    last = nodes.get(tap.source)
    is_softmax = last is not None and last.op_type in SOFTMAX
    before = last.taps[0] if last is not None and is_softmax else tap
    width = network.inputs[before.source].width if before.source in network.inputs else nodes[before.source].width
    bias = TensorRecord.of(-log_priors(counts, _array(network.priors), network.path, width))
    own = f"{name}/priors"
    nodes[own] = TimedNode("FixedBiasComponent", own, (before,), width, {"bias": bias})
    if last is None or not is_softmax:
        return attrs.evolve(network, nodes=nodes, outputs={name: FrameTap(own)})
    nodes[last.name] = attrs.evolve(last, taps=(FrameTap(own),))
    return attrs.evolve(network, nodes=nodes)


def without_softmax(network: TimedNetwork) -> TimedNetwork:
    """The network without the SoftMax at its end. UsageError where it does not end with one."""
    name, tap = _only_output(network, "--remove_output_softmax")
    source = network.nodes.get(tap.source)
    passed = tap
    while source is not None and source.op_type == "NoOpComponent":
        passed = source.taps[0].later(passed.offset)
        source = network.nodes.get(passed.source)
    if source is None or source.op_type not in SOFTMAX | LOG_SOFTMAX:
        raise UsageError(f"{network.path}: the last layer is no SoftMax; leave out --remove_output_softmax")
    return attrs.evolve(network, outputs={name: source.taps[0].later(passed.offset)})


def _only_output(network: TimedNetwork, option: str) -> tuple[str, FrameTap]:
    if len(network.outputs) != 1:
        raise UsageError(f"{network.path}: the model has {len(network.outputs)} outputs; {option} needs one")
    return next(iter(network.outputs.items()))


def _array(priors: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    return priors if isinstance(priors, np.ndarray) else None
