"""The layers of frontends/, for every folder that is there: import-linter's contract lists the frameworks by name."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from dldt.frontends.formats import FORMATS

ROOT = Path(__file__).resolve().parents[2] / "frontends"
FOLDERS = sorted(path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file())


def imported(folder):
    """The modules that the files of a folder import, those for types alone too."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_knows_itself_and_the_engine_alone(folder):
    ours = {name.split(".")[2] for name in imported(folder) if name.startswith("dldt.frontends.")}
    assert ours <= {folder, "engine"}


def test_the_engine_needs_no_framework():
    packages = {name.split(".")[0] for name in imported("engine")} - sys.stdlib_module_names
    assert packages == {"dldt", "attrs", "numpy", "ml_dtypes", "google"}  # google: the runtime of protobuf


def test_every_framework_is_in_the_table_of_formats():
    listed = {module.split(".")[2] for module in map(module_of, FORMATS)}
    assert listed == set(FOLDERS) - {"engine"}
    assert len({format.name for format in FORMATS}) == len(FORMATS)


def module_of(format):
    return format.reader.__module__
