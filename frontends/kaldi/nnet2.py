"""nnet2: a chain of components."""

from __future__ import annotations

from dldt.frontends.kaldi.component import Component, read_component
from dldt.frontends.kaldi.expansion import expand
from dldt.frontends.kaldi.matrix import read_matrix
from dldt.frontends.kaldi.network_builder import NetworkBuilder
from dldt.frontends.kaldi.timed_network import TimedNetwork
from dldt.frontends.kaldi.token_stream import TokenStream

MOST_COMPONENTS = 10_000


def read_nnet2(stream: TokenStream) -> TimedNetwork:
    """The network behind <Nnet>, and the priors behind it."""
    stream.expect("<Nnet>")
    stream.expect("<NumComponents>")
    count = stream.integer()
    if not 1 <= count <= MOST_COMPONENTS:
        raise stream.fail(f"there are said to be {count} components")
    stream.expect("<Components>")
    components = [read_component(stream) for _ in range(count)]
    stream.expect("</Components>")
    stream.expect("</Nnet>")
    priors = read_matrix(stream) if stream.peek() in (b"F", b"D", b"[") else None
    builder = NetworkBuilder(stream.path)
    tap = builder.input("input", _input_width(stream, components[0]))
    for number, component in enumerate(components, 1):
        tap = expand(builder, f"{number}_{component.type}", component, tap)
    return TimedNetwork(stream.path, builder.inputs, builder.nodes, {"output": tap}, {"kaldi": "nnet2"}, priors)


def _input_width(stream: TokenStream, first: Component) -> int:
    fields = first.fields
    for name in ("input_dim", "dim"):
        if name in fields:
            return int(fields[name])
    for name in ("linear_params", "cu_matrix"):
        if name in fields and fields[name].ndim == 2:
            return int(fields[name].shape[1]) * int(fields.get("num_blocks", 1))
    for name in ("scales", "bias", "reorder"):
        if name in fields:
            return int(fields[name].shape[0])
    if "filter_params" in fields and min(fields.get("patch_dim", 0), fields.get("patch_stride", 0)) > 0:
        return int(fields["filter_params"].shape[-1]) // int(fields["patch_dim"]) * int(fields["patch_stride"])
    raise stream.fail(f"the first component, {first.type}, does not say how wide its input is")
