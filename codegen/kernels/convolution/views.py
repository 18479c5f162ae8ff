"""Inputs of convolutions: shuffled channels and NHWC images are read in place, channelwise ones in blocks."""

from __future__ import annotations

from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.task.region import is_channels_first
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

FEW_CHANNELS = 4
"""Images of at most this many channels are read in place, and not first copied into another layout."""


def reads_shuffled(value: Value, node: Node, fusion: Fusion) -> bool:
    """Whether a grouped convolution reads the source of a ShuffleChannels in place."""
    weights = node.inputs[1]
    if not isinstance(node.op, ops.GroupConvolution) or weights is None or weights.constant is None:
        return False
    stored = value.type.is_static and all(fusion.is_stored(v) for v in value.node.inputs if v is not None)
    shuffled = isinstance(value.op, ops.ShuffleChannels) and value.op.axis % value.type.rank == 1
    return stored and shuffled and len(fusion.readers(value)) == 1 and weights.type.shape[1:3] != (1, 1)


def reads_pixels(value: Value, node: Node, fusion: Fusion) -> bool:
    """Whether a convolution of few channels reads NHWC images in place."""
    weights = node.inputs[1]
    if not isinstance(node.op, ops.Convolution) or weights is None or weights.constant is None:
        return False
    shape, source = value.type.shape, value.node.inputs[0]
    sizes = [d for d in shape[1:] if isinstance(d, int)]
    if len(shape) not in (3, 4) or len(sizes) + 1 < len(shape) or sizes[0] > FEW_CHANNELS:
        return False
    stored = source is not None and fusion.is_stored(source) and len(fusion.readers(value)) == 1
    return stored and is_channels_first(value.node) and value.type.dtype is DType.f32


def is_channelwise(node: Node) -> bool:
    """Whether a grouped convolution, or a transposed one, has known filters, one for each of several channels."""
    weights = node.inputs[1]
    grouped = isinstance(node.op, ops.GroupConvolution | ops.GroupConvolutionBackpropData)
    if not grouped or weights is None or weights.constant is None:
        return False
    return weights.type.shape[1:3] == (1, 1) and weights.constant.shape[0] > FEW_CHANNELS
