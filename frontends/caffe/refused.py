"""Layers that are known and not imported, and why."""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "Accum": "only FlowNet's fork has it; give the sizes that it would make with --input, and remove it "
    "from the .prototxt",
    "PowerFile": "the numbers that it adds stand in a file that is no part of the model; cut the model before it with "
    "--output",
    "SimplerNMS": "its box arithmetic is published nowhere; use a Proposal layer, or cut the model before it "
    "with --output",
    "FlowWarp": "warping by a flow is no operation of the opset; cut the model before it with --output",
    "DataAugmentation": "it makes random training data; remove it from the .prototxt, and subtract its mean with "
    "--mean-values",
    "SpatialTransformer": "sampling at positions that a net computes is no operation of the opset; cut "
    "the model before it with --output",
    "ConvolutionBinary": "its packed binary weights are published nowhere; use the model with floating-point weights",
    "Binarization": "its packed binary weights are published nowhere; use the model with floating-point weights",
    "ROIWarping": "it is part of an instance-segmentation fork alone; cut the model before it with --output",
    "Python": "it runs Python code that is not in the model; of these, only ProposalLayer is known: replace it by a "
    "built-in layer, or cut the model before it with --output",
}
"""Type → reason and what to do."""
