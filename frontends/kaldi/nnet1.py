"""nnet1: a chain of components, each with its output and its input width before its fields.

Frames beyond the ends of an utterance are those at the ends, in every layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.kaldi.component import Component, read_component
from dldt.frontends.kaldi.expansion import MOST_TAPS, plain
from dldt.frontends.kaldi.network_builder import NetworkBuilder
from dldt.frontends.kaldi.timed_network import SENTENCE_MEAN, FrameTap, TimedNetwork
from dldt.frontends.kaldi.token_stream import TokenStream

MOST_LAYERS = 10_000
DEEPEST = 8
_LSTM = ("w_gifo_x", "w_gifo_r", "bias", "peephole_i_c", "peephole_f_c", "peephole_o_c", "w_r_m")

BARE: dict[str, tuple[str, ...]] = {
    "AffineTransform": ("linearity", "bias"),
    "LinearTransform": ("linearity",),
    "AddShift": ("shift_data",),
    "Rescale": ("scale_data",),
    "ParametricRelu": ("alpha", "beta"),
    "BlockSoftmax": ("block_dims",),
    "Copy": ("copy_from_indices",),
    "KlHmm": ("kl_stats",),
    "Splice": ("frame_offsets",),
    "LstmProjected": _LSTM,
    "LstmProjectedStreams": _LSTM,
    "BlstmProjected": tuple(f"{way}_{name}" for way in "fb" for name in _LSTM),
    "BlstmProjectedStreams": tuple(f"{way}_{name}" for way in "fb" for name in _LSTM),
    "RecurrentComponent": ("w_forward", "w_recurrent", "bias"),
}
"""What stands in a component without a token, behind the two widths."""

KINDS = frozenset(
    (
        *BARE,
        "AveragePoolingComponent",
        "ConvolutionalComponent",
        "Dropout",
        "FramePoolingComponent",
        "HiddenSoftmax",
        "LengthNormComponent",
        "MaxPoolingComponent",
        "MultiBasisComponent",
        "ParallelComponent",
        "Rbm",
        "SentenceAveragingComponent",
        "Sigmoid",
        "SimpleSentenceAveragingComponent",
        "Softmax",
        "Tanh",
    )
)
_ENDS = frozenset(("</Nnet>", *(f"<{kind}>" for kind in KINDS)))

Layer: TypeAlias = Callable[[NetworkBuilder, str, dict[str, Any], int, FrameTap], FrameTap]


def read_nnet1(stream: TokenStream) -> TimedNetwork:
    """The network behind <Nnet>."""
    builder = NetworkBuilder(stream.path)
    last = _chain(stream, builder, None, "", 0)
    return TimedNetwork(stream.path, builder.inputs, builder.nodes, {"output": last}, {"kaldi": "nnet1"})


def _chain(stream: TokenStream, builder: NetworkBuilder, source: FrameTap | None, prefix: str, depth: int) -> FrameTap:
    stream.expect("<Nnet>")
    for number in range(1, MOST_LAYERS + 1):
        token = stream.next_token()
        if token == "</Nnet>":
            stream.token()
            if source is None:
                raise stream.fail("the network has no layer")
            return source
        if token not in _ENDS:
            raise stream.fail(f"{shown(token)} is no component of nnet1")
        source = _layer(stream, builder, source, f"{prefix}{number}_{token[1:-1]}", depth)
    raise stream.fail(f"the network has more than {MOST_LAYERS} layers")


def _layer(stream: TokenStream, builder: NetworkBuilder, source: FrameTap | None, name: str, depth: int) -> FrameTap:
    nested = {
        "<MultiBasisComponent>": _multi_basis,
        "<ParallelComponent>": _parallel,
        "<SentenceAveragingComponent>": _sentence_averaging,
    }
    if stream.next_token() in nested:
        return nested[stream.next_token()](stream, builder, source, name, depth)
    component = read_component(stream, _ENDS)
    if len(component.bare) < 2 or not all(isinstance(item, int | float) for item in component.bare[:2]):
        raise stream.fail(f"{component.type} has no widths")
    out, into = (int(item) for item in component.bare[:2])
    source = _checked(builder, source, into, out, name)
    kind = component.type.removesuffix("Streams")
    if kind == "FramePoolingComponent":
        component = attrs.evolve(
            component, bare=component.bare[:2], fields={**component.fields, "more_weights": component.bare[2:]}
        )
    try:
        return _LAYERS.get(kind, _one_node)(builder, name, _fields(component), out, source)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{builder.path}: layer {shown(name)} lacks fields or has wrong ones ({error}); the file is damaged"
        ) from error


def _checked(builder: NetworkBuilder, source: FrameTap | None, into: int, out: int, name: str) -> FrameTap:
    if source is None:
        source = builder.input("input", into)
    width = builder.widths[source.source]
    if width != into or out < 1:
        raise InputError(f"{builder.path}: layer {shown(name)} is for {into} numbers a frame, it is given {width}")
    return source


def _fields(component: Component) -> dict[str, Any]:
    """The fields by name, those without a token among them."""
    names = BARE.get(component.type, ())
    bare = component.bare[2:]
    if len(bare) != len(names):
        raise ValueError(f"{len(names)} tensors are expected, {len(bare)} are there")
    for name, item in zip(names, bare, strict=True):
        if isinstance(item, int | float):
            raise ValueError(f"{printable(name)} is a number, a tensor is expected")
    return {**component.fields, **dict(zip(names, bare, strict=True))}


def _one_node(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    kind = name.partition("_")[2] if "/" not in name else name.rpartition("/")[2].partition("_")[2]
    given = {key: plain(value) for key, value in fields.items()}
    return builder.add(kind, name, (source,), out, **given)


def _splice(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    offsets = [int(t) for t in _whole(fields["frame_offsets"])]
    if not 0 < len(offsets) <= MOST_TAPS or len(offsets) * builder.widths[source.source] != out:
        raise ValueError(f"{len(offsets)} frames")
    return builder.append(name, tuple(FrameTap(source.source, t, "repeat") for t in offsets))


def _copy(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    columns = tuple(int(t) - 1 for t in _whole(fields["copy_from_indices"]))
    if len(columns) != out:
        raise ValueError(f"{len(columns)} columns")
    return builder.add("Copy", name, (source,), out, columns=columns)


def _block_softmax(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    blocks = tuple(int(t) for t in _whole(fields["block_dims"]))
    return builder.add("BlockSoftmax", name, (source,), out, block_dims=blocks)


def _dropout(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    return builder.add("NoOpComponent", name, (source,), out)


def _lstm(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    """The four gates of all frames, then the recurrence of cell and projection."""
    return _one_way(builder, name, fields, "", -1, source)


def _blstm(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    ways = (_one_way(builder, f"{name}/{way}", fields, f"{way}_", step, source) for way, step in (("f", -1), ("b", 1)))
    return builder.append(name, tuple(ways))


def _one_way(
    builder: NetworkBuilder, name: str, fields: dict[str, Any], way: str, step: int, source: FrameTap
) -> FrameTap:
    weights, bias = fields[f"{way}w_gifo_x"], fields[f"{way}bias"]
    projection = fields[f"{way}w_r_m"]
    cells, out = weights.shape[0] // 4, projection.shape[0]
    given = {"linearity": TensorRecord.of(weights), "bias": TensorRecord.of(bias)}
    gates = builder.add("AffineTransform", f"{name}/gates", (source,), 4 * cells, **given)
    rest = {key: TensorRecord.of(fields[f"{way}{key}"]) for key in (*_LSTM[1:2], *_LSTM[3:])}
    clip = float(fields.get("cell_clip", 50.0))
    cell, result = builder.free(f"{name}/cell"), builder.free(name)
    before = (FrameTap(result, step, "zero"), FrameTap(cell, step, "zero"))
    both = builder.add("LstmProjected", f"{name}/step", (gates, *before), cells + out, cell_clip=clip, **rest)
    builder.add("DimRange", cell, (both,), cells, start=0, size=cells)
    return builder.add("DimRange", result, (both,), out, start=cells, size=out)


def _recurrent(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    given = {"linearity": TensorRecord.of(fields["w_forward"]), "bias": TensorRecord.of(fields["bias"])}
    forward = builder.add("AffineTransform", f"{name}/forward", (source,), out, **given)
    own = builder.free(name)
    weights = {"linearity": TensorRecord.of(fields["w_recurrent"])}
    back = builder.add("LinearTransform", f"{name}/back", (FrameTap(own, -1, "zero"),), out, **weights)
    total = builder.add("Sum", f"{name}/sum", (forward, back), out)
    return builder.add("Tanh", own, (total,), out)


def _parallel(stream: TokenStream, builder: NetworkBuilder, source: FrameTap | None, name: str, depth: int) -> FrameTap:
    """Nets side by side: each takes its part of a frame, their outputs stand side by side."""
    stream.token()
    out, into = stream.integer(), stream.integer()
    source = _checked(builder, source, into, out, name)
    stream.expect("<NestedNnetCount>")
    count = stream.integer()
    if depth == DEEPEST or not 1 <= count <= 1000:
        raise stream.fail(f"{count} nets in {depth + 1} nets are none")
    parts, start = [], 0
    for number in range(1, count + 1):
        stream.expect("<NestedNnet>")
        stream.integer()
        size = _first_width(stream)
        if size < 1 or start + size > into:
            raise stream.fail(f"net {number} takes {size} numbers a frame, {into - start} are left")
        part = builder.add("DimRange", f"{name}/{number}", (source,), size, start=start, size=size)
        parts.append(_chain(stream, builder, part, f"{name}/{number}/", depth + 1))
        start += size
    stream.expect("</ParallelComponent>")
    if stream.peek() == b"<" and stream.next_token() == "<!EndOfComponent>":
        stream.token()
    return builder.append(name, tuple(parts))


def _multi_basis(
    stream: TokenStream, builder: NetworkBuilder, source: FrameTap | None, name: str, depth: int
) -> FrameTap:
    """Nets that all take the first numbers of a frame, weighted by what the selector makes of the rest.

    Kaldi leaves out a net whose weights add up to less than 0.1 in a batch; here every net counts.
    """
    stream.token()
    out, into = stream.integer(), stream.integer()
    source = _checked(builder, source, into, out, name)
    if stream.next_token() == "<SelectorLearnRateCoef>":
        stream.token()
        stream.number()
    stream.expect("<Selector>")
    size = _first_width(stream)
    if depth == DEEPEST or not 0 < size < into:
        raise stream.fail(f"a selector of {size} numbers of {into}, in {depth + 1} nets, is none")
    rest = builder.add("DimRange", f"{name}/rest", (source,), size, start=into - size, size=size)
    first = builder.add("DimRange", f"{name}/first", (source,), into - size, start=0, size=into - size)
    weights = _chain(stream, builder, rest, f"{name}/selector/", depth + 1)
    stream.expect("<NumBasis>")
    count = stream.integer()
    if count != builder.widths[weights.source]:
        raise stream.fail(f"there are {count} nets, the selector chooses from {builder.widths[weights.source]}")
    parts = []
    for number in range(count):
        stream.expect("<Basis>")
        stream.integer()
        made = _chain(stream, builder, first, f"{name}/{number + 1}/", depth + 1)
        if builder.widths[made.source] != out:
            raise stream.fail(f"net {number + 1} has {builder.widths[made.source]} outputs, {out} are expected")
        column = TensorRecord.of(np.tile(np.eye(count, dtype=np.float32)[number], (out, 1)))
        weight = builder.add("LinearTransform", f"{name}/{number + 1}/weight", (weights,), out, linearity=column)
        both = builder.append(f"{name}/{number + 1}/both", (made, weight))
        given = {"input_dim": 2 * out, "output_dim": out}
        parts.append(builder.add("ElementwiseProductComponent", f"{name}/{number + 1}/weighted", (both,), out, **given))
    if stream.peek() == b"<" and stream.next_token() == "<!EndOfComponent>":
        stream.token()
    return builder.add("Sum", name, tuple(parts), out)


def _frame_pooling(builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap) -> FrameTap:
    """The frame holds others side by side, ``feature_dim`` numbers each: sums of some of them, weighted."""
    size, into = int(fields["feature_dim"]), builder.widths[source.source]
    offsets = [int(t) for t in _whole(fields["frame_offset"])]
    weights = [np.asarray(w, np.float32).reshape(-1) for w in (fields["frame_weight"], *fields["more_weights"])]
    if size < 1 or into % size or len(offsets) * size != out or len(weights) != len(offsets):
        raise ValueError(f"{len(weights)} weights for {len(offsets)} pools of {size} numbers")
    rows = np.zeros((len(offsets), into // size), np.float32)
    for row, offset, weight in zip(rows, offsets, weights, strict=True):
        if not 0 <= offset <= len(row) - len(weight):
            raise ValueError(f"{len(weight)} frames from {offset} on")
        row[offset : offset + len(weight)] = weight
    linearity = TensorRecord.of(np.kron(rows, np.eye(size, dtype=np.float32)))
    return builder.add("LinearTransform", name, (source,), out, linearity=linearity)


def _sentence_averaging(
    stream: TokenStream, builder: NetworkBuilder, source: FrameTap | None, name: str, depth: int
) -> FrameTap:
    """The mean of what a net makes of all frames, then the frame itself."""
    stream.token()
    out, into = stream.integer(), stream.integer()
    source = _checked(builder, source, into, out, name)
    if depth == DEEPEST:
        raise stream.fail(f"nets stand {depth + 1} deep in one another")
    inner = _chain(stream, builder, source, f"{name}/", depth + 1)
    width = builder.widths[inner.source]
    if out != width + into:
        raise stream.fail(f"the net and the frame have {width + into} numbers, {out} are expected")
    if stream.peek() == b"<" and stream.next_token() == "<!EndOfComponent>":
        stream.token()
    mean = builder.add(SENTENCE_MEAN, f"{name}/mean", (inner,), width)
    return builder.append(name, (mean, source))


def _simple_averaging(
    builder: NetworkBuilder, name: str, fields: dict[str, Any], out: int, source: FrameTap
) -> FrameTap:
    """The sum of all frames, divided by their number and a constant more, for every frame."""
    given = {"shrinkage": float(fields.get("shrinkage", 0.0)), "only_summing": bool(fields.get("only_summing", False))}
    return builder.add(SENTENCE_MEAN, name, (source,), out, **given)


def _first_width(stream: TokenStream) -> int:
    """How many numbers a frame the net that comes next takes."""
    position = stream.position
    try:
        stream.expect("<Nnet>")
        stream.token()
        stream.integer()
        return stream.integer()
    finally:
        stream.position = position


def _whole(values: Any) -> Any:
    """A list of whole numbers, which a text file may have as a vector."""
    found = np.asarray(values)
    if found.dtype.kind == "f" and not (np.all(np.isfinite(found)) and np.all(found == np.round(found))):
        raise ValueError("whole numbers are expected")
    return found.reshape(-1)


_LAYERS: dict[str, Layer] = {
    "Splice": _splice,
    "BlockSoftmax": _block_softmax,
    "Copy": _copy,
    "Dropout": _dropout,
    "FramePoolingComponent": _frame_pooling,
    "LstmProjected": _lstm,
    "BlstmProjected": _blstm,
    "RecurrentComponent": _recurrent,
    "SimpleSentenceAveragingComponent": _simple_averaging,
}
