"""The table of MXNet's importers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.importer import Importer
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.mxnet.aliases import first_name
from dldt.frontends.mxnet.refused import REFUSED


class MxnetFramework(Framework):
    """Operations have no versions, and several names."""

    refused: Mapping[str, str] = MappingProxyType(REFUSED)

    def find(self, op_type: str, version: int = 1, domain: str = "") -> Importer | None:
        """The importer of the operation, by any of its names."""
        return super().find(first_name(op_type), version, domain)

    def why_not(self, node: NodeRecord) -> str:
        """The reason, by any of the operation's names."""
        return self.refused.get(first_name(node.op_type), "")


MXNET = MxnetFramework("mxnet", "MXNet")
"""Importers are tested with MXNet 1.9.1."""
