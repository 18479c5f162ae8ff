"""Every case of every operation: written, read back, and read by OpenVINO with the same numbers."""

import xml.etree.ElementTree as ElementTree

import openvino as ov
import pytest

from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.attributes import attributes_of, read_attributes, write_attributes
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.op import REGISTRY
from dldt.compiler.ops import Constant, If, Parameter, Result
from tests.ir.models import CORE, add_case, assert_close, assert_same_graph, run_openvino
from tests.ops.table import FAMILIES, all_cases

SPECIAL = {Constant, Parameter, Result, If}


def family_name(family):
    return family.__name__.rsplit(".", 1)[-1]


def graph_of(cases):
    graph, feeds = Graph("cases"), {}
    for case in cases:
        feeds |= add_case(graph, case)
    return graph, feeds


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_attributes_survive_as_xml(case):
    text = " ".join(f'{key}="{value}"' for key, value in write_attributes(case.op).items())
    data = ElementTree.fromstring(f"<data {text}/>").attrib
    assert type(case.op)(**read_attributes(type(case.op), data)) == case.op


@pytest.mark.parametrize("version", [10, 11])
@pytest.mark.parametrize("family", FAMILIES, ids=family_name)
def test_what_is_written_is_read_back(family, version, tmp_path):
    graph, feeds = graph_of(family.CASES)
    again = read_ir(write_ir(graph, tmp_path / "m.xml", ir_version=version)[0])
    assert_same_graph(graph, again)
    expected, actual = interpret(graph, feeds), interpret(again, feeds)
    assert all(actual[name].tobytes() == array.tobytes() for name, array in expected.items())


@pytest.mark.parametrize("version", [10, 11])
@pytest.mark.parametrize("family", FAMILIES, ids=family_name)
def test_openvino_reads_it_and_computes_the_same(family, version, tmp_path):
    """OpenVINO gives a version 10 the inputs and outputs of its first interface: f32, i32 and u8 instead of others."""
    cases = [case for case in family.CASES if case.openvino]
    graph, feeds = graph_of(cases)
    answers = run_openvino(write_ir(graph, tmp_path / "m.xml", ir_version=version)[0], feeds)
    for case in cases:
        for port, expected in enumerate(case.expected()):
            name = f"{case.id}:{port}"
            answer = answers[name] if version == 11 else answers[name].astype(expected.dtype)
            assert_close(answer, expected, 2 * case.tolerance, name)


@pytest.mark.parametrize("family", FAMILIES, ids=family_name)
def test_what_openvino_writes_of_it_is_read(family, tmp_path):
    cases = [case for case in family.CASES if case.openvino]
    graph, feeds = graph_of(cases)
    model = CORE.read_model(write_ir(graph, tmp_path / "ours.xml")[0])
    ov.save_model(model, tmp_path / "theirs.xml", compress_to_fp16=False)
    answers = interpret(read_ir(tmp_path / "theirs.xml"), feeds)
    for case in cases:
        for port, expected in enumerate(case.expected()):
            assert_close(answers[f"{case.id}:{port}"], expected, 2 * case.tolerance, case.id)


def test_every_operation_has_attributes_that_an_ir_can_hold():
    classes = [cls for versions in REGISTRY.values() for cls in versions.values() if cls not in SPECIAL]
    assert len(classes) > 100
    for cls in classes:
        spellings = [attribute.spelling for attribute in attributes_of(cls)]
        assert len(set(spellings)) == len(spellings)
