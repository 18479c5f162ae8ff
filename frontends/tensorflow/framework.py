"""The table of TensorFlow's importers."""

from __future__ import annotations

from dldt.frontends.engine.framework import Framework

TENSORFLOW = Framework("tensorflow", "TensorFlow")
"""Operations have no versions: one that changes its meaning gets a new name (``ConcatV2``)."""
