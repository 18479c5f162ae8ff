"""Attributes that several operations share, as one record."""

from __future__ import annotations

import attrs


@attrs.frozen
class AttributeRecord:
    """Base of such records: each field is an attribute. An importer takes one as a keyword-only parameter."""
