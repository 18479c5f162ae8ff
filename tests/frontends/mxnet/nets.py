"""Whole nets of the kinds that people export."""

from __future__ import annotations

NETS = {}
