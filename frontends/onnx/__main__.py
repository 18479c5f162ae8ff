"""Prints the ONNX operations that are supported, with their operation sets."""

from __future__ import annotations

from dldt.frontends.onnx.ops import ONNX


def main() -> None:
    """One line an operation."""
    found: dict[str, list[str]] = {}
    for importer in ONNX.importers():
        key = f"{importer.domain or 'ai.onnx'}::{importer.op_type}"
        found.setdefault(key, []).append(f"{importer.since}-{importer.until}")
    for key, ranges in found.items():
        print(f"{key:40} {', '.join(ranges)}")


if __name__ == "__main__":
    main()
