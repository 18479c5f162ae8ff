"""Caffe in the table of formats."""

from __future__ import annotations

import re

from dldt.frontends.caffe.options import CAFFE_OPTIONS
from dldt.frontends.engine.format import Format, Reader

_TEXT = re.compile(rb"(?:\A|\n)\s*(?:layers?\s*:?\s*\{|input\s*:|input_dim\s*:|name\s*:)")


def _begins(head: bytes) -> bool:
    """A net as text; weights have no beginning that others do not have."""
    return b"\0" not in head and _TEXT.search(head) is not None


def _reader() -> Reader:
    from dldt.frontends.caffe.reader import READER

    return READER


CAFFE_FILE = Format(
    name="caffe",
    title=".caffemodel and .prototxt (Caffe)",
    suffixes=(".caffemodel", ".caffemodel.h5", ".prototxt"),
    begins=_begins,
    reader=_reader,
    options=CAFFE_OPTIONS,
)
