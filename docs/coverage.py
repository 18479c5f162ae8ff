"""A page that says which operations of a framework are imported, and what each was compared with."""

from __future__ import annotations

from collections.abc import Iterable

from dldt.frontends.engine.framework import Framework

_INNER = "Replaced>"
"""What takes the place of sub-graphs: no file names such an operation."""


def coverage_page(framework: Framework, cases: Iterable[tuple[str, str]], notes: str) -> str:
    """``cases``: for each case of the tests, the operation and what gave the expected values; ``notes``: a paragraph
    that stands before the table."""
    oracles: dict[str, dict[str, int]] = {}
    for operation, oracle in cases:
        counts = oracles.setdefault(operation, {})
        counts[oracle] = counts.get(oracle, 0) + 1
    lines = [
        f"# {framework.title}: what is imported",
        "",
        notes,
        "",
        "| operation | imported | cases, by what they are ",
    ]
    lines[-1] += "compared with |"
    lines.append("|---|---|---|")
    names = (importer.op_type for importer in framework.importers())
    served = dict.fromkeys(name for name in names if not name.startswith(_INNER))
    for operation in sorted({*served, *framework.refused}, key=lambda name: (name.lower(), name)):
        imported = "yes" if operation in served else f"no: {framework.refused[operation]}"
        against = ", ".join(f"{count} × {oracle}" for oracle, count in sorted(oracles.get(operation, {}).items()))
        lines.append(f"| {operation} | {imported} | {against} |")
    lines += ["", f"{len(served)} operations are imported, {len(framework.refused)} are refused with a reason."]
    return "\n".join(lines) + "\n"
