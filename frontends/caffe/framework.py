"""The table of Caffe's importers."""

from __future__ import annotations

from dldt.frontends.caffe.refused import REFUSED
from dldt.frontends.engine.framework import Framework


class CaffeFramework(Framework):
    """Layer types have no versions."""

    refused = REFUSED


CAFFE = CaffeFramework("caffe", "Caffe")
"""Inputs are the layer's bottoms, then its blobs; attributes are the fields of its message."""
