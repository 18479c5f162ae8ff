"""A net (.prototxt) and its weights (.caffemodel) → records.

The net comes from the .prototxt, the weights from the .caffemodel, by the names of the layers; a .caffemodel alone is
read where it holds its whole net. Layers of older forms are upgraded, those of the training phase left out, and then
each becomes a node.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.safe_open import read_regular
from dldt.compiler.shown import shown
from dldt.frontends.caffe.blob import Blob
from dldt.frontends.caffe.caffemodel import StoredNet, read_caffemodel
from dldt.frontends.caffe.files import Files
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.hdf5 import is_hdf5, read_hdf5
from dldt.frontends.caffe.inputs import brings_data, data_inputs, declared_inputs
from dldt.frontends.caffe.messages import MESSAGES
from dldt.frontends.caffe.nodes import Nodes
from dldt.frontends.caffe.phase import in_test_phase
from dldt.frontends.caffe.training import Used, in_use
from dldt.frontends.caffe.upgrade import upgraded
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.engine.text_proto import UnknownField, read_text_proto
from dldt.frontends.engine.unique_tensors import unique_tensors

_MAX_TEXT = 1 << 26
_MAX_SHOWN = 20
_log = logging.getLogger(__name__)


@attrs.frozen
class _Net:
    """A NetParameter, and what of its text is not known."""

    message: Any
    unknown: tuple[UnknownField, ...] = ()


def read_caffe(files: Files) -> ModelRecord:
    """The model that the files are. Raises InputError."""
    weights = files.weights
    stored = read_caffemodel(weights) if weights is not None and not is_hdf5(weights) else None
    net = _Net(_whole(stored, files)) if files.net is None else _text(files.net)
    file = files.net or files.named
    if stored is not None:
        blobs: Mapping[str, tuple[Blob, ...]] = stored.blobs
    else:
        blobs = {} if weights is None else read_hdf5(weights)
    return ModelRecord(CAFFE, files.named, _graph(net.message, file, blobs, files), _reported(net, file))


def _text(file: Path) -> _Net:
    data = read_regular(file, max_bytes=_MAX_TEXT)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    message = MESSAGES["NetParameter"]()
    if b"\0" in data[:512]:
        raise InputError(f"{file}: not a .prototxt: it looks like {looks_like(data[:512]) or 'a binary file'}")
    unknown = read_text_proto(text, message, str(file))
    if not message.layer and not message.layers:
        raise InputError(f"{file}: not a .prototxt of a net: it has no layers")
    return _Net(message, tuple(field for field in unknown if field.message.DESCRIPTOR.name != "Ignored"))


def _whole(stored: StoredNet | None, files: Files) -> Any:
    """The net that a .caffemodel holds beside its weights."""
    if stored is None:
        raise InputError(f"{files.named}: weights alone; give the net with --input-proto net.prototxt")
    layers = [*stored.net.layer, *stored.net.layers]
    if not any(layer.bottom for layer in layers):
        raise InputError(
            f"{files.named}: it has weights, and no net that connects its {len(layers)} layers; give the net with "
            "--input-proto net.prototxt"
        )
    return stored.net


def _reported(net: _Net, file: Path) -> dict[str, str]:
    """What is not known of the text: in the log, and in the metadata."""
    if not net.unknown:
        return {}
    lines = [f"{field.message.DESCRIPTOR.name}.{field.name} (line {field.line})" for field in net.unknown]
    more = f" and {len(lines) - _MAX_SHOWN} more" if len(lines) > _MAX_SHOWN else ""
    known = _joined(lines[:_MAX_SHOWN]) + more
    _log.warning("%s: fields that are not known have no effect: %s", file, known)
    return {"caffe_unknown_fields": known}


def _joined(lines: Sequence[str]) -> str:
    """The lines in one, made fit for a terminal."""
    return ", ".join(map(printable, lines))


def _graph(net: Any, file: Path, blobs: Mapping[str, tuple[Blob, ...]], files: Files) -> GraphRecord:
    layers = in_test_phase(net, upgraded(net, file), file)
    inputs = declared_inputs(net, file)
    used = in_use(layers)
    nodes = Nodes(file, blobs)
    records: list[NodeRecord] = []
    data: set[str] = set()
    for layer in used.layers:
        if brings_data(layer):
            more = data_inputs(layer, file)
            inputs.update(more)
            data.update(more if layer.type.lower() != "input" else ())
        else:
            records += nodes.of(layer)
    if nodes.without_weights:
        raise InputError(_no_weights(nodes.without_weights, file, files))
    unique = _unique(records, inputs, nodes.initializers, file)
    outputs = _outputs(unique, used, inputs)
    return GraphRecord(
        printable(net.name) or file.stem,
        unique,
        _needed_inputs(inputs, data | used.labels, unique, outputs),
        outputs,
        nodes.initializers,
    )


def _unique(
    records: list[NodeRecord], inputs: Mapping[str, DeclaredType], blobs: Mapping[str, TensorRecord], file: Path
) -> tuple[NodeRecord, ...]:
    """The nodes with a name of its own for each tensor; what a node reads must be there when its turn comes."""
    there = {*inputs, *blobs}
    rewritten: dict[str, str] = {}
    named: list[NodeRecord] = []
    for record in records:
        for name in filter(None, record.inputs):
            if name not in there:
                raise InputError(
                    f"{file}: layer {shown(record.name)} reads {shown(name)}, which no layer before it makes"
                )
        outputs = tuple(f"{name}/{record.name}" if name in inputs else name for name in record.outputs)
        own = tuple(rewritten.get(name, name) for name in record.inputs)
        rewritten.update({a: b for a, b in zip(record.outputs, outputs, strict=True) if a != b})
        there.update(record.outputs)
        named.append(attrs.evolve(record, inputs=own, outputs=outputs))
    return unique_tensors(named)


def _outputs(nodes: Sequence[NodeRecord], used: Used, inputs: Mapping[str, DeclaredType]) -> tuple[str, ...]:
    """What no node reads, but for labels, and what layers of the training read."""
    read = {name for node in nodes for name in needed(node)}
    made = [name for node in nodes for name in node.outputs]
    wanted = [name for name in made if name not in read and name not in used.labels]
    return tuple(dict.fromkeys([*wanted, *(name for name in used.results if name in made)]))


def _needed_inputs(
    inputs: Mapping[str, DeclaredType],
    optional: set[str] | frozenset[str],
    nodes: Sequence[NodeRecord],
    outputs: Sequence[str],
) -> dict[str, DeclaredType]:
    """The inputs without those of labels that nothing which is left needs."""
    makers = {name: node for node in nodes for name in node.outputs}
    pending, reached = list(outputs), set[str]()
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        pending += needed(makers[name]) if name in makers else ()
    return {name: declared for name, declared in inputs.items() if name in reached or name not in optional}


def _no_weights(layers: Sequence[str], file: Path, files: Files) -> str:
    some = _joined(layers[:3]) + (" …" if len(layers) > 3 else "")
    about = f"{len(layers)} layers that need weights have none ({some})"
    if files.weights is None:
        return f"{file}: {about}: no .caffemodel is beside it; name it as the model, with --input-proto for this file"
    return f"{file}: {about}: {files.weights} is of another net, or its layers have other names"
