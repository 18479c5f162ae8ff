"""What the engine has for formats that ONNX is not: tensors written over, types as text, names that say little."""

from __future__ import annotations

import re

import attrs
import pytest

from dldt.compiler.errors import InputError, UsageError
from dldt.frontends.engine.format import Format
from dldt.frontends.engine.format_of import format_of
from dldt.frontends.engine.format_option import FormatOption
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.text import Text
from dldt.frontends.engine.unique_tensors import unique_tensors


def chain(*nodes):
    """Each as ``name: inputs -> outputs``."""
    made = []
    for node in nodes:
        name, inputs, outputs = re.split(": | -> ", node)
        made.append(NodeRecord("Op", name, tuple(inputs.split()), tuple(outputs.split())))
    return unique_tensors(made)


IN_PLACE = [
    (["conv: data -> c", "pool: c -> p"], ["data -> c", "c -> p"]),
    (["conv: data -> c", "relu: c -> c", "pool: c -> p"], ["data -> c/conv", "c/conv -> c", "c -> p"]),
    (
        ["conv: data -> c", "norm: c -> c", "side: c -> s", "relu: c -> c", "add: c s -> y"],
        ["data -> c/conv", "c/conv -> c/norm", "c/norm -> s", "c/norm -> c", "c s -> y"],
    ),
    (["scale: data -> data", "pool: data -> p"], ["data -> data", "data -> p"]),
    (["two: x -> a b", "left: a -> a", "join: a b -> y"], ["x -> a/two b", "a/two -> a", "a b -> y"]),
    (["one: x -> a", "two: a/one -> a", "end: a -> y"], ["x -> a/one_2", "a/one -> a", "a -> y"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), IN_PLACE, ids=range(len(IN_PLACE)))
def test_tensors_that_are_written_over(given, expected):
    nodes = chain(*given)
    assert [f"{' '.join(node.inputs)} -> {' '.join(node.outputs)}" for node in nodes] == expected


READ = [
    ("3", int, 3),
    ("-1", int, -1),
    ("0.5", float, 0.5),
    ("2", float, 2.0),
    ("relu", str, "relu"),
    ("True", bool, True),
    ("0", bool, False),
    ("(3, 2)", tuple[int, ...], (3, 2)),
    ("[1 2]", tuple[int, ...], (1, 2)),
    ("(5,)", tuple[int, ...], (5,)),
    ("()", tuple[float, ...], ()),
    ("1.5,2", tuple[float, ...], (1.5, 2.0)),
]


@pytest.mark.parametrize(("text", "kind", "expected"), READ, ids=[t for t, _, _ in READ])
def test_text_is_read_as_the_annotation_says(text, kind, expected):
    found = Text(text).as_kind(kind)
    assert found == expected
    assert type(found) is type(expected)


NOT_READ = [("1.5", int), ("yes", bool), ("(1,yes)", tuple[int, ...]), ("yes", GraphRecord)]


@pytest.mark.parametrize(("text", "kind"), NOT_READ, ids=range(len(NOT_READ)))
def test_text_that_is_no_such_thing(text, kind):
    with pytest.raises(ValueError, match=r"yes|1\.5"):
        Text(text).as_kind(kind)


def kind_of_file(name, suffix, first):
    return Format(name, suffix, (suffix,), lambda head: head.startswith(first), None, aliases=(name[:2],))


PROTO, SAVED, SYMBOL = (
    kind_of_file("proto", ".pb", b"\x0a"),
    kind_of_file("saved", ".pb", b"\x08"),
    kind_of_file("symbol", "-symbol.json", b"{"),
)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("m.pb", b"\x0a\x01", PROTO),
        ("m.PB", b"\x08\x01", SAVED),
        ("net-symbol.json", b"anything", SYMBOL),
        ("net.json", b"{}", SYMBOL),
        ("net", b"\x08", SAVED),
    ],
)
def test_the_format_is_told_by_name_then_by_content(name, content, expected, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert format_of(tmp_path / name, (PROTO, SAVED, SYMBOL)) is expected


def test_the_content_must_fit_one_of_the_formats_that_share_a_name(tmp_path):
    (tmp_path / "m.pb").write_bytes(b"{}")
    with pytest.raises(
        InputError, match=re.escape("it looks like a JSON document; .pb, .pb and -symbol.json are supp")
    ):
        format_of(tmp_path / "m.pb", (PROTO, SAVED, SYMBOL))


def test_the_name_of_a_framework_tells_the_format(tmp_path):
    (tmp_path / "net").write_bytes(b"anything")
    formats = (PROTO, SAVED, SYMBOL)
    assert [format_of(tmp_path / "net", formats, name) for name in ("proto", "SAVED", "sy")] == [*formats]
    with pytest.raises(UsageError, match="no framework is called 'caffe'; there are: proto, saved, symbol"):
        format_of(tmp_path / "net", formats, "caffe")
    with pytest.raises(UsageError, match=r"--framework symbol does not fit m\.pb"):
        format_of(tmp_path / "m.pb", formats, "symbol")


def test_a_directory_is_a_model_where_a_format_says_so(tmp_path):
    with pytest.raises(InputError, match=r"is a directory, and none that is a model; \.pb, \.pb and -symbol\.json are"):
        format_of(tmp_path, (PROTO, SAVED, SYMBOL))
    wanted = attrs.evolve(SAVED, directory=lambda path: path == tmp_path)
    assert format_of(tmp_path, (PROTO, wanted, SYMBOL)) is wanted


def test_an_option_belongs_to_its_format():
    proto = attrs.evolve(PROTO, options=(FormatOption("input_proto", "the text"), FormatOption("k", "layers")))
    assert proto.checked({"k": "x"}) == {"k": "x"}
    with pytest.raises(UsageError, match=re.escape("counts is no option of the format proto (it has input_proto, k)")):
        proto.checked({"counts": "x"})
    with pytest.raises(UsageError, match=re.escape("k is no option of the format saved (it has none)")):
        SAVED.checked({"k": "x"})


def test_operations_and_reasons_are_shown_with_what_they_have():
    plain, versioned = Framework("plain", "Plain"), Framework("versioned", "Versioned", newest=5)
    versioned.imports("Op", since=2, until=3)(lambda x: x)
    versioned.imports("Op", since=4)(lambda x: x)
    node = NodeRecord("Op", "n", ("x",), ("y",), version=1)
    assert (plain.operation(node), plain.why_not(node)) == ("Op", "")
    assert (versioned.operation(node), versioned.why_not(node)) == ("Op v1", "supported are versions 2 to 3, 4 to 5")


def test_the_bodies_of_a_node_are_found_among_its_attributes():
    body = GraphRecord("body", (NodeRecord("Relu", "r", ("outer",), ("y",)),), {}, ("y",))
    node = NodeRecord("If", "n", ("c",), ("z",), {"one": body, "many": (body, body), "axis": 1})
    assert node.bodies == (body, body, body)
    assert body.captures() == ("outer",)
