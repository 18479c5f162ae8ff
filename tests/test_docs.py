"""The documents tell the truth: tables are up to date, what they name is there, the commands they show exist."""

import re
from pathlib import Path

import pytest

from dldt.tools import main
from docs import generate

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", generate.TABLES)
def test_a_table_is_up_to_date(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == generate.HEAD + generate.TABLES[name](), "run: python -m docs.generate"


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_path_that_is_named_exists(text):
    named = re.findall(r"`([a-z_]+/[A-Za-z0-9_./]*)`", text) + re.findall(r"\]\(([^)#:]+)\)", text)
    named = [name for name in named if name != "shared/models"]
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_adding_table_names_places_with_files_in_them():
    table = README.split("## I want to add")[1].split("##")[0]
    places = set(re.findall(r"`([a-z_/]+(?:\.py)?)`", table))
    assert {"compiler/ops/", "frontends/onnx/ops/", "passes/transforms/", "codegen/loop/lower/", "tests/ops/"} <= places
    for place in places:
        path = ROOT / place
        assert path.is_file() or list(path.glob("*.py")), place


def test_every_command_is_in_the_readme():
    for name in main.COMMANDS:
        assert f"`dldt {name}" in README


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m (benchmarks\.\w+)", README + CONTRIBUTING))))
def test_every_measurement_that_is_named_exists(module):
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_every_test_that_the_page_of_reported_faults_names_is_there():
    named = re.findall(r"`((?:tests|benchmarks)/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "reported.md").read_text())
    assert len(named) > 20
    for path, test in named:
        assert f"def {test or ''}" in (ROOT / path).read_text(), (path, test)
