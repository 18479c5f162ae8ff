"""MXNet in the table of formats."""

from __future__ import annotations

import struct

from dldt.frontends.engine.format import Format, Reader
from dldt.frontends.mxnet.list_magic import LIST_MAGIC
from dldt.frontends.mxnet.options import MXNET_OPTIONS


def _begins(head: bytes) -> bool:
    """Parameters by their number; a symbol has its nodes as the first key, or an operation and a null among its first
    ones."""
    if head[:8] == struct.pack("<Q", LIST_MAGIC):
        return True
    text = head.lstrip()
    return text.startswith(b"{") and b'"nodes"' in text and b'"op"' in text


def _reader() -> Reader:
    from dldt.frontends.mxnet.reader import READER

    return READER


MXNET_FILE = Format(
    "mxnet",
    "-symbol.json with -0000.params (MXNet)",
    ("-symbol.json", ".json", ".params"),
    _begins,
    _reader,
    options=MXNET_OPTIONS,
)
