"""A model as its reader leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from dldt.frontends.engine.record import GraphRecord


@attrs.frozen(eq=False)
class Loaded:
    """The record, and other names by which a user may call its tensors."""

    graph: GraphRecord
    names: Mapping[str, str] = MappingProxyType({})
