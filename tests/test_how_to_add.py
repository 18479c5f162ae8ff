"""The pages for newcomers tell the truth: what they name is there, and their lists are those of the code."""

import ast
import configparser
import re
from pathlib import Path

import attrs
import pytest

from dldt.codegen.cpus import Cpu
from dldt.codegen.kernels.family import Family
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.task.numerics import PRECISIONS, WEIGHTS
from dldt.tools import compile as compile_command
from docs import generate
from tests.test_house_rules import sources

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("architecture.md", "glossary.md", "how-to-add.md")
PATH = re.compile(r"`((?:[\w<>]+/)+[\w<>.-]*|\w+\.(?:md|cfg))(?:::(\w+))?`")
BOXES = re.compile(r"<!-- layers: (\S+) -->\n\n```\n(.*?)```", re.DOTALL)


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def cells(text):
    """The cells of every row of the tables in a text, without their heads."""
    lines = text.splitlines()
    heads = {k - 1 for k, line in enumerate(lines) if line.startswith("|---")}
    rows = [line for k, line in enumerate(lines) if line.startswith("| ") and k not in heads]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def listed(mark):
    """The first column of the table behind a mark of the page "how to add"."""
    table = page("how-to-add.md").split(f"<!-- {mark} -->\n\n")[1].split("\n\n")[0]
    return [row[0].strip("`") for row in cells(table)]


@pytest.mark.parametrize("name", PAGES)
def test_every_path_and_every_test_exists(name):
    named = PATH.findall(page(name))
    assert len(named) > 50
    for path, test in named:
        found = list(ROOT.glob(re.sub(r"<\w+>", "*", path)))
        assert found, path
        assert not test or f"\ndef {test}(" in found[0].read_text("utf-8"), f"{path}::{test}"


def test_the_steps_are_those_of_the_pipeline():
    text = page("architecture.md")
    assert generate.with_steps(text) == text, "run: python -m docs.generate"


def test_the_layers_are_those_that_are_checked():
    """Of a contract with containers, the one whose container is named; else the one of the whole package."""
    told = {}
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    for name in config.sections():
        if config[name].get("type") == "layers":
            container = config[name].get("containers", "dldt" if name == "importlinter:contract:layers" else name)
            told[container] = [line.replace("dldt.", "") for line in config[name]["layers"].split("\n") if line]
    shown = {container: text.splitlines() for container, text in BOXES.findall(page("architecture.md"))}
    assert set(shown) == {"dldt", "dldt.codegen", "dldt.codegen.kernels"}
    assert shown == {container: told[container] for container in shown}


def test_the_glossary_is_in_order_and_names_the_place_of_each_class():
    rows = cells(page("glossary.md"))
    terms = [row[0] for row in rows]
    assert terms == sorted(terms)
    places = {}
    for path in sources():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(f"`{path.relative_to(ROOT)}`")
    named = {"".join(word.capitalize() for word in row[0].split()): row[2] for row in rows}
    classes = {name: place for name, place in named.items() if name in places}
    assert len(classes) > 20
    assert classes == {name: places[name][0] for name in classes}
    assert all(len(places[name]) == 1 for name in classes)


def test_the_family_s_fields_and_methods_are_those_of_the_class():
    own = [name for name in (*Family.__annotations__, *vars(Family)) if not name.startswith("_")]
    methods = [name for name in dict.fromkeys(own) if callable(getattr(Family, name, None))]
    assert listed("family: fields") == [name for name in dict.fromkeys(own) if name not in methods]
    assert listed("family: methods") == methods


@pytest.mark.parametrize(("mark", "record"), [("arithmetic: fields", Arithmetic), ("cpu: fields", Cpu)])
def test_the_fields_are_those_of_the_record(mark, record):
    assert listed(mark) == [field.name for field in attrs.fields(record)]


def test_the_commands_know_every_arithmetic(capsys):
    """They list the words themselves, for --help must not need the compiler."""
    with pytest.raises(SystemExit):
        compile_command.main(["--help"])
    told = dict(re.findall(r"--(weights|precision) \{(.*?)\}", capsys.readouterr().out))
    assert {option: set(words.split(",")) for option, words in told.items()} == {
        "weights": set(WEIGHTS),
        "precision": set(PRECISIONS),
    }


def test_the_readme_adds_in_the_same_places():
    """Each row of the README's table names a section of the page, and places that the section names."""
    readme = (ROOT / "README.md").read_text("utf-8").split("## I want to add")[1].split("\n## ")[0]
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", page("how-to-add.md"), re.DOTALL | re.MULTILINE))
    rows = {row[0]: row[1] for row in cells(readme)}
    links = {re.search(r"\[.*?\]\(docs/how-to-add\.md#(.*?)\)", name)[1]: text for name, text in rows.items()}
    assert set(links) == {name.lower().replace(" ", "-") for name in sections}
    for name, section in sections.items():
        for place in re.findall(r"`([\w/]+/[\w.]*)`", links[name.lower().replace(" ", "-")]):
            assert f"`{place}" in section, f"{name}: {place}"
