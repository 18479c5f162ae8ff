"""OpenVINO IR in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format
from dldt.frontends.ir.importer import import_ir
from dldt.frontends.ir.outline import ir_outline


def _begins(head: bytes) -> bool:
    return head.lstrip().startswith((b"<?xml", b"<net"))


IR = Format("ir", ".xml (OpenVINO IR)", (".xml",), _begins, import_ir, ir_outline)
