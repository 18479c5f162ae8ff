"""Damaged files: whatever the damage, the reader answers with one of its own errors, or with a sound graph."""

import contextlib
import random
import re

import openvino as ov
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import model_of_text
from tests.frontends.test_onnx_loop import POWERS
from tests.ir.models import add_case
from tests.ir.sample import IF_XML, XML, write_sample
from tests.ir.test_openvino_composed import MODELS, model_of
from tests.ops.table import FAMILIES

NUMBERS = (
    "-1",
    "0",
    "1",
    "3",
    "64",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "1e9",
    "nan",
    "",
    "x",
)


def damaged(xml, generator):
    """The text after one to three changes of a kind that damage or malice makes."""
    for _ in range(generator.randint(1, 3)):
        kind = generator.randrange(5)
        spots = [match.span(1) for match in re.finditer(r'"([^"]*)"', xml)]
        start, end = generator.choice(spots)
        if kind <= 1:
            xml = xml[:start] + generator.choice(NUMBERS) + xml[end:]
        elif kind == 2:
            other = generator.choice(spots)
            xml = xml[:start] + xml[slice(*other)] + xml[end:]
        elif kind == 3:
            values = xml[start:end].split(",")
            values[generator.randrange(len(values))] = generator.choice(NUMBERS)
            xml = xml[:start] + ",".join(values) + xml[end:]
        else:
            at = generator.randrange(len(xml))
            xml = xml[:at] + xml[at + generator.randint(1, 40) :]
    return xml


def accepts_or_refuses(path):
    with contextlib.suppress(InputError, UnsupportedError):
        read_ir(path)


@pytest.mark.parametrize("sample", [XML, IF_XML], ids=["plain", "branches"])
def test_damaged_samples(sample, tmp_path):
    generator = random.Random(1)
    for _ in range(150):
        accepts_or_refuses(write_sample(tmp_path, xml=damaged(sample, generator)))


def test_damaged_loops(tmp_path):
    generator = random.Random(2)
    graph = import_onnx(save(model_of_text(POWERS), tmp_path))
    path, _ = write_ir(graph, tmp_path / "m.xml")
    text = path.read_text()
    for _ in range(100):
        path.write_text(damaged(text, generator))
        accepts_or_refuses(path)


def test_damaged_compositions(tmp_path):
    generator = random.Random(3)
    path = tmp_path / "m.xml"
    ov.save_model(model_of(MODELS)[0], path, compress_to_fp16=False)
    text = path.read_text()
    for _ in range(150):
        path.write_text(damaged(text, generator))
        accepts_or_refuses(path)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rsplit(".", 1)[-1])
def test_damaged_operations(family, tmp_path):
    generator = random.Random(family.__name__)
    for case in generator.sample(family.CASES, min(25, len(family.CASES))):
        graph = Graph()
        add_case(graph, case, constants=generator.random() < 0.3)
        path, _ = write_ir(graph, tmp_path / "m.xml")
        path.write_text(damaged(path.read_text(), generator))
        accepts_or_refuses(path)
