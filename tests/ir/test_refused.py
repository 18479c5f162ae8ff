"""Files that the IR reader refuses, each with its message."""

import os

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.frontends.read_model import read_model
from tests.ir.sample import IF_XML, WEIGHTS, XML, write_sample

PARAMETER = '<data shape="2,3" element_type="f32" />'
CONST = '<data element_type="f32" shape="3" offset="0" size="12" />'
EDGE = '<edge from-layer="2" from-port="2" to-layer="3" to-port="0" />'
CLAMP = '<data min="0" max="6.5" />'


def refused(path, message, kind=InputError, **options):
    with pytest.raises(kind) as caught:
        read_ir(path, **options)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_the_sample_itself_is_sound(tmp_path):
    assert [node.name for node in read_ir(write_sample(tmp_path)).outputs] == ["y"]
    assert [node.name for node in read_ir(write_sample(tmp_path, xml=IF_XML)).outputs] == ["y"]


def test_a_tensor_name_that_is_there_again_gets_a_number(tmp_path):
    """As OpenVINO reads the files of the old Model Optimizer, where layers of Caffe work in place."""
    graph = read_ir(write_sample(tmp_path, xml=XML.replace('names="x"', 'names="y"')))
    names = [value.names for node in graph.order() for value in node.outputs if value.names]
    assert sorted(names) == [("y",), ("y_1",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.xml: the file is empty; give the .xml file of an OpenVINO IR"),
        ("\x08\x03ONNX", "m.xml: not an OpenVINO IR: line 1"),
        ("<html><body/></html>", "not an OpenVINO IR: its root is <html>, <net> expected"),
        ("<net name='a'/>", "<net> has no version"),
        ("<net version='11'/>", "line 1: <net> has no <layers>"),
        ("<net version='11'><layers/></net>", "line 1: <layers> is empty"),
        ("<net version='x'/>", "'x' is not an integer"),
        (XML + "<net/>", "not well-formed XML: junk after document element; the file is damaged"),
        (XML.replace('name="x"', 'name="&boom;"'), "not well-formed XML: undefined entity"),
        (XML.replace("</layers>", "</edges>"), "not well-formed XML: mismatched tag"),
    ],
)
def test_text_that_is_no_ir(tmp_path, text, message):
    refused(write_sample(tmp_path, xml=text), message)


@pytest.mark.parametrize("length", range(100, len(XML) - 10, 150))
def test_a_truncated_file_says_where_it_ends(tmp_path, length):
    refused(write_sample(tmp_path, xml=XML[:length]), "the file is truncated: it ends at line")


def test_names_must_be_utf8(tmp_path):
    path = write_sample(tmp_path)
    path.write_bytes(XML.encode().replace(b'name="x"', b'name="\xff"'))
    refused(path, "not well-formed XML: not well-formed (invalid token)")


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE net>",
        '<!DOCTYPE net [<!ENTITY a "b">]>',
        '<!DOCTYPE net SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE net [<!ENTITY x0 "ha"><!ENTITY x1 "&x0;&x0;"><!ENTITY x2 "&x1;&x1;">]>',
    ],
)
def test_a_document_type_is_refused(tmp_path, declaration):
    path = write_sample(tmp_path, ('<?xml version="1.0"?>', '<?xml version="1.0"?>' + declaration))
    refused(path, "line 1: it declares a document type or an entity (DOCTYPE, ENTITY), which no IR does")


def test_deep_nesting_is_refused(tmp_path):
    path = write_sample(tmp_path, ("<rt_info />", "<rt_info>" + "<a>" * 50_000 + "</a>" * 50_000 + "</rt_info>"))
    refused(path, "elements are nested deeper than 64")


def test_a_long_attribute_is_refused(tmp_path):
    path = write_sample(tmp_path, ("<rt_info />", f'<rt_info><a value="{"x" * (1 << 20)}y"/></rt_info>'))
    refused(path, "attribute 'value' of <a> is longer than 1 MiB")


def test_a_tag_without_end_is_refused_before_all_of_it_is_read(tmp_path):
    path = write_sample(tmp_path, ("<rt_info />", f'<rt_info><a value="{"x" * (20 << 20)}"/></rt_info>'))
    refused(path, "a tag or comment is longer than 4 MiB")


def test_too_many_elements_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("dldt.compiler.ir.document.MAX_ELEMENTS", 20)
    refused(write_sample(tmp_path), "it has more than 20 elements")


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("dldt.compiler.ir.read.MAX_XML_BYTES", 1000)
    refused(write_sample(tmp_path), "more than the 1,000 that are allowed")


@pytest.mark.parametrize(
    ("version", "advice"),
    [
        ("7", "it was written by a Model Optimizer of 2019 or before; give the original model, or convert it again"),
        ("1", "it was written by a Model Optimizer of 2019 or before"),
        ("12", "save the model as version 11, or give the original one"),
        ("1000", "save the model as version 11"),
    ],
)
def test_other_versions_are_refused(tmp_path, version, advice):
    path = write_sample(tmp_path, ('version="11"', f'version="{version}"'))
    refused(path, f"IR version {version} is not supported (10 and 11 are)", UnsupportedError)
    refused(path, advice, UnsupportedError)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id="2" name="sum"', 'id="two" name="sum"', "line 16: id of <layer>: 'two' is not an integer"),
        ('id="2" name="sum"', 'id="1e3" name="sum"', "id of <layer>: '1e3' is not an integer"),
        ('id="2" name="sum"', 'id="99999999999999999999" name="sum"', "is not an integer"),
        ('id="2" name="sum"', 'name="sum"', "line 16: a layer has no id"),
        ('type="Add" version="opset1"', 'version="opset1"', "line 16: a layer has no type"),
        ('type="Add"', 'type="A&#x9b;2J"', "line 16: 'A\\x9b2J' is not the type of a layer"),
        ('version="opset1"', 'version="opset1&#10;"', "line 4: 'opset1\\n' is not the version of a layer"),
        (
            'id="2" name="sum"',
            'id="1" name="sum"',
            "layer 'sum' (Add, id 1) has the same id as layer 'bias' (Const, id 1)",
        ),
        ('name="sum"', 'name="cut"', "layer 'cut' (Clamp, id 3) has the same name as layer 'cut' (Add, id 2)"),
        (
            '<port id="1" precision="FP32"><dim>3',
            '<port id="0" precision="FP32"><dim>3',
            "(Add, id 2) has two ports with id 0",
        ),
        (EDGE, EDGE.replace('from-layer="2"', 'from-layer="9"'), "an edge goes to layer id 9, which does not exist"),
        (
            EDGE,
            EDGE.replace('from-port="2"', 'from-port="7"'),
            "an edge goes to layer 'sum' (Add, id 2), which has no output port 7",
        ),
        (EDGE, EDGE.replace('to-port="0"', 'to-port="5"'), "layer 'cut' (Clamp, id 3), which has no input port 5"),
        (EDGE, EDGE.replace("to-layer", "to-lawyer"), "<edge> has no to-layer"),
        (EDGE, EDGE + EDGE, "input port 0 of layer 'cut' (Clamp, id 3) has two producers"),
        (EDGE, "", "layer 'cut' (Clamp, id 3): input port 0 is not connected"),
        (
            'from-layer="0" from-port="0"',
            'from-layer="3" from-port="1"',
            "the layers form a cycle: 'sum' ← 'cut' ← 'sum'",
        ),
        ('from-layer="3" from-port="1" to-layer="4"', 'from-layer="3" from-port="1" to-layer="3"', "has two producers"),
        ('from-layer="1" from-port="0"', 'from-layer="2" from-port="2"', "the layers form a cycle: 'sum' ← 'sum'"),
        ('name="y" type="Result"', 'name="y" type="Sigmoid"', "the model has no Result layer: it computes nothing"),
        (PARAMETER, "", "layer 'x' (Parameter, id 0): attribute shape is missing"),
        (
            PARAMETER,
            '<data shape="2,-3" element_type="f32" />',
            "layer 'x' (Parameter, id 0): dimension -3 is negative",
        ),
        (PARAMETER, '<data shape="2,q" element_type="f32" />', "'q' is not an integer"),
        (PARAMETER, '<data shape="5..2,3" element_type="f32" />', "the range 5..2 is empty"),
        (PARAMETER, '<data shape="4294967296,4294967296" element_type="f32" />', "has too many elements"),
        (PARAMETER, f'<data shape="{",".join("?" * 65)}" element_type="f32" />', "its rank is 65, more than 64"),
        (PARAMETER, '<data shape="2,3" element_type="f31" />', "element type 'f31' is not known"),
        (PARAMETER, '<data shape="2,3" element_type="f16" />', "output port 0 is declared FP32, but its tensor is f16"),
        (
            '<port id="2" precision="FP32">',
            '<port id="2" precision="I64">',
            "output port 2 is declared I64, but its tensor is f32",
        ),
        (
            '<port id="1" precision="FP32"><dim>3',
            '<port id="1" precision="I32"><dim>3',
            "input port 1 is declared I32, but its tensor is f32",
        ),
        (CLAMP, '<data min="0" />', "layer 'cut' (Clamp, id 3): attribute max is missing"),
        (CLAMP, '<data min="0" max="1,5" />', "layer 'cut' (Clamp, id 3): attribute max: '1,5' is not a number"),
        (CLAMP, '<data min="0" max="1_0" />', "attribute max: '1_0' is not a number"),
        (CONST, '<data element_type="f32" shape="3" offset="0" size="16" />', "its size is 16 bytes, but f32 3 has 12"),
        (CONST, '<data element_type="f32" shape="4" offset="0" size="12" />', "its size is 12 bytes, but f32 4 has 16"),
        (
            CONST,
            '<data element_type="f32" shape="" offset="0" size="12" />',
            "its size is 12 bytes, but f32 scalar has 4",
        ),
        (
            CONST,
            '<data element_type="f32" shape="-3" offset="0" size="12" />',
            "its shape [-3] has a negative dimension",
        ),
        (CONST, '<data element_type="f32" shape="3" offset="-4" size="12" />', "lies outside"),
        (CONST, '<data element_type="f32" shape="3" offset="72" size="12" />', "(bytes 72 to 84) lies outside"),
        (CONST, '<data element_type="f32" shape="3" offset="9223372036854775807" size="12" />', "lies outside"),
        (
            CONST,
            '<data element_type="f32" shape="4294967296,4294967296" offset="0" size="0" />',
            "has too many elements",
        ),
        (
            CONST,
            f'<data element_type="f32" shape="{",".join("1" * 65)}" offset="0" size="4" />',
            "its rank is 65, more than 64",
        ),
        (CONST, '<data element_type="f32" shape="0,9999999999999999" offset="0" size="0" />', "has too many elements"),
        (CONST, '<data element_type="boolean" shape="12" offset="0" size="12" />', "bytes other than 0 and 1"),
        (
            CONST,
            '<data element_type="f32" offset="0" size="12" />',
            "layer 'bias' (Const, id 1): attribute shape is missing",
        ),
    ],
)
def test_layers_and_edges(tmp_path, old, new, message):
    refused(write_sample(tmp_path, (old, new)), message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('external_port_id="1"', 'external_port_id="8"', "<then_port_map> takes input port 8, which does not exist"),
        (
            'external_port_id="1"',
            'external_port_id="0"',
            "<then_port_map> takes input port 0, which does not exist or is the",
        ),
        ('external_port_id="3"', 'external_port_id="5"', "<then_port_map> gives output port 5, which does not exist"),
        ('external_port_id="3" ', "", "an entry of <then_port_map> has no external_port_id"),
        (
            'internal_layer_id="0"',
            'internal_layer_id="6"',
            "<then_port_map> names layer 6 of the body, which does not exist",
        ),
        (
            'internal_layer_id="0"',
            'internal_layer_id="1"',
            "names layer 'r' (Result, id 1) of the body, a Parameter is needed",
        ),
        (
            'internal_layer_id="9"',
            'internal_layer_id="8"',
            "layer 'flip' (Negative, id 8) of the body, a Result is needed",
        ),
        (
            '<input external_port_id="2" internal_layer_id="7" />',
            "",
            "gives layer 'p' (Parameter, id 7) of the body no value",
        ),
        ('<output external_port_id="3" internal_layer_id="9" />', "", "<else_port_map> gives output port 3 no value"),
        (
            'from-layer="1" from-port="0" to-layer="3"',
            'from-layer="0" from-port="0" to-layer="3"',
            "choice' (If, id 3): input port 1",
        ),
        ("then_body>", "other_body>", "layer 'choice' (If, id 3): it has no <then_body>"),
        ('to-layer="8" to-port="0"', 'to-layer="5" to-port="0"', "an edge goes to layer id 5, which does not exist"),
    ],
)
def test_port_maps_and_bodies(tmp_path, old, new, message):
    xml = IF_XML.replace("</then_body>", "</other_body>") if old == "then_body>" else IF_XML
    refused(write_sample(tmp_path, (old, new), xml=xml), message)


def test_bodies_in_bodies_are_bounded(tmp_path):
    body = "<else_body><layers><layer id='0' name='i' type='If' version='opset8'>"
    end = "</layer></layers></else_body>"
    refused(
        write_sample(tmp_path, ("</then_body>", "</then_body>" + body * 17 + end * 17), xml=IF_XML), "nested deeper"
    )


def test_all_that_is_not_supported_is_told_at_once(tmp_path):
    path = write_sample(
        tmp_path,
        ('type="Add" version="opset1"', 'type="Frobnicate" version="opset3"'),
        ('type="Clamp" version="opset1"', 'type="Sigmoid" version="extension"'),
        (CONST, '<data element_type="u4" shape="3" offset="0" size="2" />'),
    )
    refused(path, "m.xml: 3 of 5 layers are not supported", UnsupportedError)
    refused(path, "\n  operation Frobnicate of opset3 is not supported: 1 layer: 'sum'", UnsupportedError)
    refused(
        path, "\n  operation Sigmoid of extension, an operation set that is not known: 1 layer: 'cut'", UnsupportedError
    )
    refused(path, "\n  operation Const: element type u4 is not supported: 1 layer: 'bias'", UnsupportedError)
    refused(path, "\n  cut the model before them (--output)", UnsupportedError)


@pytest.mark.parametrize("end", ["sum", "sum:0"])
def test_a_cut_leaves_out_what_is_not_supported(end, tmp_path):
    path = write_sample(tmp_path, ('type="Clamp" version="opset1"', 'type="BinaryConvolution" version="opset1"'))
    refused(path, "\n  operation BinaryConvolution of opset1 is not supported: 1 layer: 'cut'", UnsupportedError)
    refused(path, "1 layer: 'cut'", UnsupportedError, ends=["y"])
    refused(path, "1 layer: 'cut'", UnsupportedError, ends=["nothing"])
    x = np.ones((2, 3), np.float32)
    found = interpret(read_model(path, outputs=[end]), {"x": x})
    np.testing.assert_array_equal(*found.values(), x + np.array([1, 2, 3]))
    with pytest.raises(UnsupportedError, match="1 of 3 layers are not supported"):
        read_model(write_sample(tmp_path, ('"Clamp"', '"Fold"'), ('"Add"', '"Fold"')), outputs=["sum"])


def test_unsupported_layers_inside_bodies_are_told(tmp_path):
    refused(
        write_sample(tmp_path, ('type="Negative"', 'type="Fold"'), xml=IF_XML),
        "operation Fold of opset1",
        UnsupportedError,
    )


def test_an_attribute_that_would_change_the_meaning_is_refused(tmp_path):
    path = write_sample(tmp_path, (CLAMP, '<data min="0" max="6.5" wrap="true" />'))
    refused(path, "operation Clamp: attribute wrap='true' is not supported: 1 layer: 'cut'", UnsupportedError)


def test_names_of_a_hostile_file_are_shown_escaped(tmp_path):
    path = write_sample(tmp_path, ('name="sum"', 'name="a&#10;b\u202ec"'), (EDGE, ""), ('type="Clamp"', 'type="Add"'))
    path = write_sample(tmp_path, ('id="2" name="sum"', 'id="1" name="a&#10;b\u202ec"'))
    refused(path, r"layer 'a\nb\u202ec' (Add, id 1) has the same id")


def test_the_weights_file_must_be_there(tmp_path):
    path = write_sample(tmp_path, weights=None)
    refused(path, f"its data is in {tmp_path / 'm.bin'}, and there is no such file; put the .bin beside the .xml")
    with pytest.raises(InputError, match=r"absent\.bin: no such file"):
        read_ir(path, tmp_path / "absent.bin")


def test_truncated_weights_are_refused(tmp_path):
    refused(
        write_sample(tmp_path, weights=WEIGHTS[:11]), "which has 11 bytes; the .bin is truncated or belongs to another"
    )
    refused(write_sample(tmp_path, weights=b""), "which has 0 bytes")


@pytest.mark.parametrize("suffix", [".xml", ".bin"])
def test_only_regular_files_are_opened(tmp_path, suffix):
    path = write_sample(tmp_path)
    place = path.with_suffix(suffix)
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(InputError, match="is a named pipe, a regular file is needed"):
        read_ir(path)
    place.unlink()
    place.mkdir()
    with pytest.raises(InputError, match="is a directory, a regular file is needed"):
        read_ir(path)
    place.rmdir()
    place.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="is a character device, a regular file is needed"):
        read_ir(path)


def test_a_missing_file(tmp_path):
    refused(tmp_path / "absent.xml", "absent.xml: no such file")


def test_symbols_that_contradict_the_shape_are_refused(tmp_path):
    info = '<rt_info><attribute name="dldt_symbols" version="0" dims="{}" names="N" bounds="1.." /></rt_info>'
    for dims, message in [
        ("s0; 4", "differ"),
        ("s0", "differ"),
        ("s0; @", "not a dimension"),
        ("s0*(s0)*(s0)*(s0)*(s0)*(s0); 3", "is too large"),
    ]:
        refused(write_sample(tmp_path, (PARAMETER, PARAMETER + info.format(dims))), message)


def test_a_long_name_is_cut_in_messages(tmp_path):
    path = write_sample(tmp_path, ('id="2" name="sum"', f'id="1" name="{"n" * 100_000}"'))
    refused(path, f"layer '{'n' * 120}…' (Add, id 1) has the same id")


def test_a_preprocessing_section_is_not_passed_over(tmp_path):
    section = '<pre-process reference-layer-name="x"><channel id="0"><mean value="104"/></channel></pre-process>'
    path = write_sample(tmp_path, ("<rt_info />", section))
    refused(path, "its <pre-process> (mean and scale) is not supported; give the values when", UnsupportedError)


def test_a_rank_that_is_free_is_not_supported(tmp_path):
    path = write_sample(tmp_path, (PARAMETER, '<data shape="..." element_type="f32" />'))
    refused(path, "its rank is not known; give it a shape", UnsupportedError)


def test_reverse_is_read_as_a_slice(tmp_path):
    """Of OpenVINO's first set, which its newer writers no longer use: both modes."""
    axes = (np.array([1], np.int64), np.array([False, True]))
    for mode, given in zip(("index", "mask"), axes, strict=True):
        kind = "i64" if mode == "index" else "boolean"
        xml = REVERSE.replace("MODE", mode).replace("KIND", kind).replace("SIZE", str(given.nbytes))
        xml = xml.replace("COUNT", str(given.size))
        graph = read_ir(write_sample(tmp_path, xml=xml, weights=given.tobytes()))
        x = np.arange(6, dtype=np.float32).reshape(2, 3)
        np.testing.assert_array_equal(interpret(graph, {"x": x})["y"], x[:, ::-1])


REVERSE = """<?xml version="1.0"?>
<net name="n" version="10">
	<layers>
		<layer id="0" name="x" type="Parameter" version="opset1">
			<data shape="2,3" element_type="f32" />
			<output><port id="0" precision="FP32" names="x"><dim>2</dim><dim>3</dim></port></output>
		</layer>
		<layer id="1" name="axes" type="Const" version="opset1">
			<data element_type="KIND" shape="COUNT" offset="0" size="SIZE" />
			<output><port id="0"><dim>COUNT</dim></port></output>
		</layer>
		<layer id="2" name="y" type="Reverse" version="opset1">
			<data mode="MODE" />
			<input>
				<port id="0" precision="FP32"><dim>2</dim><dim>3</dim></port>
				<port id="1"><dim>COUNT</dim></port>
			</input>
			<output><port id="2" precision="FP32" names="y"><dim>2</dim><dim>3</dim></port></output>
		</layer>
		<layer id="3" name="y/sink_port_0" type="Result" version="opset1">
			<input><port id="0" precision="FP32"><dim>2</dim><dim>3</dim></port></input>
		</layer>
	</layers>
	<edges>
		<edge from-layer="0" from-port="0" to-layer="2" to-port="0" />
		<edge from-layer="1" from-port="0" to-layer="2" to-port="1" />
		<edge from-layer="2" from-port="2" to-layer="3" to-port="0" />
	</edges>
</net>
"""
