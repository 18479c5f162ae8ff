"""The page of what each version of OpenVINO's operations is compared with."""

from __future__ import annotations

from tests.ir.evidence import Evidence, every_version


def opsets() -> str:
    """A line for each version that has a meaning of its own."""
    rows = every_version()
    lines = ["# Versions of OpenVINO's operations", "", _NOTES, ""]
    lines += ["| operation | read as | inferred | evaluated | native | cases | of these beside OpenVINO | or in |"]
    lines += ["|---" * 8 + "|", *map(_line, rows), "", f"{len(rows)} versions are read."]
    return "\n".join(lines) + "\n"


_NOTES = """A case is an operation with inputs: the type that is inferred is that of the values, the native code gives
what `evaluate` gives, on every target, the IR that is written is read back as the same, and OpenVINO computes the same
from it. Where OpenVINO cannot run the cases, or a version is read as another one, a test in `tests/ir` compares a model
that OpenVINO made. A row without a number is the one meaning that all operation sets have. `tests/ir/test_opsets.py`
names the few operations that are not read."""


def _line(row: Evidence) -> str:
    version = f"-{row.version}" if row.version else ""
    marks = " | ".join("yes" if good else "no" for good in (row.infers, row.evaluates, row.native))
    beside = f"`{row.beside[0]}`: {row.beside[1]}" if row.beside else ""
    return f"| {row.title}{version} | {row.read} | {marks} | {row.cases or ''} | {row.compared or ''} | {beside} |"
