"""OpenVINO IR in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format, Reader


def _begins(head: bytes) -> bool:
    return head.lstrip().startswith((b"<?xml", b"<net"))


def _reader() -> Reader:
    from dldt.frontends.ir.reader import READER

    return READER


IR = Format("ir", ".xml (OpenVINO IR)", (".xml",), _begins, _reader)
