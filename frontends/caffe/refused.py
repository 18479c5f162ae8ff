"""Layers that are known and not imported, and why."""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "ConvolutionBinary": "how its weights are packed and scaled is published nowhere; use the model with floating-"
    "point weights, or cut the model before it with --output",
    "ROIWarping": "it is part of an instance-segmentation fork alone; cut the model before it with --output",
    "Python": "it runs Python code that is not in the model; of these, only ProposalLayer is known: replace it by a "
    "built-in layer, or cut the model before it with --output",
}
"""Type → reason and what to do."""
