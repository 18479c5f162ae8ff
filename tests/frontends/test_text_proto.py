"""Protobuf's text format, beside the parser of protobuf's own runtime."""

from __future__ import annotations

import re

import onnx
import pytest
from google.protobuf import text_format

from dldt.compiler.errors import InputError
from dldt.frontends.engine.proto_schema import ProtoSchema
from dldt.frontends.engine.text_proto import read_text_proto

SCHEMA = ProtoSchema(
    "probe",
    {
        "Node": """
            1 name string
            2 pad uint32*
            3 eps float = 0.5
            4 on bool
            5 child Node*
            6 one Node
            7 pool Pool
            8 raw bytes
            9 shift int64
            10 named map<string,Node>
            11 counts map<string,int32>
            12 text string*
        """
    },
    {"Pool": {"MAX": 0, "AVE": 1}},
)
Node = SCHEMA["Node"]
TEXTS = [
    'name: "a" pad: 1 pad: 0x10 pad: 010 eps: 1e-3 on: true pool: AVE',
    "pad: [1, 2, 3] pad: [] pad: 4; text: ['x', \"y\" 'z']",
    "eps: inf one { eps: -inf } child { eps: 1.5f } child < eps: .5 > child: { eps: 3 }",
    "child: [{name: 'a'}, <name: 'b'>] # a comment { \n child {}",
    r"raw: '\001\x41\n\"\\' name: 'caf\303\251 \u00e9' text: 'na' 'me' ",
    "shift: -9223372036854775808 on: 0 one {} pool: 1",
    "named { key: 'k' value { name: 'v' } } named { key: 'e' } counts { key: 'c' value: 3 }",
    "one { one { one { one { name: 'deep' } } } child { one { pad: 7 } } }",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_reads_what_the_runtime_of_protobuf_reads(text):
    made = Node()
    assert read_text_proto(text, made, "net") == []
    assert made == text_format.Parse(text, Node())


def test_a_printed_model_is_read_back():
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1], auto_pad="VALID", alpha=0.1)
    tensor = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [2], b"\x00\x01'\"\\\xff\x80\n", raw=True)
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [], [], [tensor]))
    for one_line in (False, True):
        made = onnx.ModelProto()
        assert read_text_proto(text_format.MessageToString(model, as_one_line=one_line), made, "net") == []
        assert made == model


def test_what_the_message_does_not_have_is_kept():
    text = """name: "a"
    odd: 3 child { fork_param { mode: FAST depth: -1 list: [1, {a: 2}] } pad: 1 }
    [ext.field] { x: 1 } quoted: "a" 'b' pool: STOCHASTIC on: true"""
    made = Node()
    unknown = read_text_proto(text, made, "net")
    assert [(field.name, field.text, field.line) for field in unknown] == [
        ("odd", ": 3", 2),
        ("fork_param", "{ mode: FAST depth: -1 list: [1, {a: 2}] }", 2),
        ("[", "{ x: 1 }", 3),
        ("quoted", ": \"a\" 'b'", 3),
        ("pool", "STOCHASTIC", 3),
    ]
    assert unknown[1].message.pad == [1]
    assert (made.name, made.on) == ("a", True)


REFUSED = [
    ("name: 3", "net: line 1: a text in quotes is expected, not '3'"),
    ("\n\nname: 'a", 'net: line 3: cannot read "\'a"'),
    ("eps: x", "field 'eps' cannot be 'x'"),
    ("pad: -1", "field 'pad' cannot be '1'"),
    ("pad: 4294967296", "field 'pad' cannot be '4294967296'"),
    ("on: maybe", "field 'on' cannot be 'maybe'"),
    ("one: 3", "'{' is expected behind 'one', which is a message"),
    ("one {", "the text ends before '}'"),
    ("one { > ", "a value is expected behind '>'"),
    ("name 'a'", "':' is expected behind 'name'"),
    ("eps: 1 eps: 2", "field 'eps' is given twice"),
    ("one {} one {}", "field 'one' is given twice"),
    ("eps: [1]", "field 'eps' takes one value, not a list"),
    ("pad: [1 2]", "',' is expected, not '2'"),
    ("fork {", "a value is expected behind 'fork'"),
    ("name: '\\377'", "a text is not valid UTF-8"),
    ("one {" * 200, "messages are nested more than 100 deep"),
    ("one {" * 100000, "messages are nested more than 100 deep"),
    ("fork {" * 100000, "a value is expected behind 'fork'"),
    ("pool: 7", "field 'pool' cannot be '7'"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_an_unsound_text_is_refused_with_its_line(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        read_text_proto(text, Node(), "net")


def test_each_beginning_of_a_text_is_read_or_refused():
    text = " ".join(TEXTS[:4] + TEXTS[6:8]).replace("eps", "fork")
    found = {outcome(text[:end]) for end in range(len(text))}
    assert None in found
    assert all(message is None or message.startswith("net: line ") for message in found)


def outcome(text):
    try:
        read_text_proto(text, Node(), "net")
    except InputError as error:
        return str(error)
    return None
