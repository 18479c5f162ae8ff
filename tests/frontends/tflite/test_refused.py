"""What cannot be compiled ends with one line that says what, where, and what to do."""

import struct

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.frontends.tflite.importer import import_tflite
from tests.frontends.tflite.cases import CASES
from tests.frontends.tflite.cases_elementwise import f
from tests.frontends.tflite.graphs import Model, Spec, const, given, like, single
from tests.frontends.tflite.write import file_bytes

F = np.float32
RELU = single("RELU", [given(f(2, 3))], [like(F)])


def refusal(tmp_path, data, kind=InputError, **options):
    path = tmp_path / "m.tflite"
    path.write_bytes(data)
    with pytest.raises(kind) as caught:
        import_tflite(path, **options)
    text = str(caught.value)
    assert "m.tflite" in text
    return text


def test_another_file(tmp_path):
    assert "it looks like" in refusal(tmp_path, b"PK\x03\x04" + bytes(60))
    assert "does not begin with TFL3 in its fifth byte" in refusal(tmp_path, bytes(64))


def test_another_version(tmp_path):
    data = bytearray(RELU)
    at = data.index(struct.pack("<I", 3))
    data[at] = 9
    assert "version" in refusal(tmp_path, bytes(data))


@pytest.mark.parametrize("size", [8, 12, 40, 100, 150])
def test_a_truncated_file(tmp_path, size):
    assert "not a sound TensorFlow Lite model" in refusal(tmp_path, RELU[:size])


def test_an_operation_that_looks_up_tables_is_refused_with_its_reason(tmp_path):
    data = single("HASHTABLE_SIZE", [given(f(2))], [like(np.int64)])
    text = refusal(tmp_path, data, UnsupportedError)
    assert "HASHTABLE_SIZE" in text
    assert "cut the model behind it" in text


def test_an_operation_of_tensorflow_itself(tmp_path):
    text = refusal(tmp_path, single("FlexErfc", [given(f(2))], [like(F)]), UnsupportedError)
    assert "it is TensorFlow's Erfc" in text
    assert "TFLITE_BUILTINS" in text


def test_an_unknown_custom_operation(tmp_path):
    text = refusal(tmp_path, single("MyOp", [given(f(2))], [like(F)]), UnsupportedError)
    assert "custom::MyOp" in text


def test_all_that_is_missing_is_said_at_once(tmp_path):
    model = Model()
    main = model.graph("main")
    for name in ("a", "b", "c"):
        main.tensor(name, given(f(2)))
    main.inputs, main.outputs = ["a"], ["c"]
    main.operator("First", ["a"], ["b"])
    main.operator("Second", ["b"], ["c"])
    text = refusal(tmp_path, model.bytes(), UnsupportedError)
    assert "First" in text
    assert "Second" in text


def test_text(tmp_path):
    data = single("SHAPE", [Spec(np.empty(2, F), label="STRING")], [like(np.int32)], "ShapeOptions", out_type="INT32")
    assert "is of type STRING, which is not supported" in refusal(tmp_path, data, UnsupportedError)


def test_weights_of_another_size(tmp_path):
    model = Model()
    main = model.graph("main")
    main.tensor("x", given(f(2, 3)))
    main.tensor("w", const(f(2, 3)))
    main.tensor("y", like(F))
    main.tensors[1]["shape"] = (5, 5)
    main.inputs, main.outputs = ["x"], ["y"]
    main.operator("ADD", ["x", "w"], ["y"])
    assert "24 bytes are stored, shape [5, 5] needs others" in refusal(tmp_path, model.bytes())


def test_subgraphs_that_call_each_other(tmp_path):
    model = Model()
    for name in ("main", "again"):
        graph = model.graph(name)
        graph.tensor("x", given(f(2)))
        graph.tensor("y", like(F))
        graph.inputs, graph.outputs = ["x"], ["y"]
        graph.operator("CALL", ["x"], ["y"], "CallOptions", subgraph=1)
    assert "subgraphs call each other more than 24 deep" in refusal(tmp_path, model.bytes())


def test_subgraphs_that_double_at_every_call(tmp_path):
    model = Model()
    for depth in range(23):
        graph = model.graph(f"g{depth}")
        graph.tensor("x", given(f(2)))
        graph.tensor("y", like(F))
        graph.tensor("z", like(F))
        graph.inputs, graph.outputs = ["x"], ["z"]
        op = ("CALL", "CallOptions", {"subgraph": depth + 1}) if depth < 22 else ("RELU", "", {})
        graph.operator(op[0], ["x"], ["y"], op[1], **op[2])
        graph.operator(op[0], ["y"], ["z"], op[1], **op[2])
    assert "more than 262144 operators" in refusal(tmp_path, model.bytes())


def test_tables_that_are_shared_without_end(tmp_path):
    """A vector whose entries all lead to one large table: a few bytes ask for endless work."""
    count = 3000
    tensors = [{"name": "x" * 200, "type": "FLOAT32", "shape": (1,) * 200, "buffer": 0}]
    data = bytearray(file_bytes({"subgraphs": [{"tensors": tensors * count}] * 1, "buffers": [{}]}))
    start = data.index(struct.pack("<I", count))
    first = start + 4 + struct.unpack_from("<I", data, start + 4)[0]
    for i in range(count):
        struct.pack_into("<I", data, start + 4 + 4 * i, first - (start + 4 + 4 * i))
    short = bytes(data[: first + 4000])
    text = refusal(tmp_path, short + bytes(16))
    assert "not a sound TensorFlow Lite model" in text


def test_an_unknown_signature(tmp_path):
    assert "there is no signature 'train'" in refusal(tmp_path, RELU, signature="train")


def test_quantised_in_blocks(tmp_path):
    model = Model()
    main = model.graph("main")
    main.tensor("x", given(np.zeros((2, 4), np.int8), 0.1))
    main.tensor("y", like(F))
    main.tensors[0]["quantization"] |= {"details_type": 2, "details": {"kind": "BlockwiseQuantization"}}
    main.inputs, main.outputs = ["x"], ["y"]
    main.operator("DEQUANTIZE", ["x"], ["y"])
    assert "is quantised in blocks" in refusal(tmp_path, model.bytes(), UnsupportedError)


def test_a_variable_in_a_branch(tmp_path):
    model = Model()
    main, body = model.graph("main"), model.graph("body")
    for graph in (main, body):
        graph.tensor("x", given(f(2)))
        graph.tensor("y", like(F))
        graph.inputs, graph.outputs = ["x"], ["y"]
    body.tensor("h", Spec(np.empty((), np.int32), label="RESOURCE"))
    main.operator("CALL", ["x"], ["y"], "CallOptions", subgraph=1)
    body.operator("VAR_HANDLE", [], ["h"], "VarHandleOptions", shared_name="v")
    body.operator("READ_VARIABLE", ["h"], ["y"])
    text = refusal(tmp_path, model.bytes(), UnsupportedError)
    assert "READ_VARIABLE" in text
    assert "variables in a subgraph" in text


def test_every_case_says_its_operation():
    assert {case.operation for case in CASES} >= {"CONV_2D", "WHILE", "SVDF"}


def test_windows_that_do_not_fit(tmp_path):
    def text(size, function):
        rows = [const(np.array(x, np.int64)) for x in ((size,), (1,), (1,))]
        parts = [given(f(4)), const(np.array(0, F)), *rows]
        return single("REDUCE_WINDOW", parts, [like(F)], "ReduceWindowOptions", reduce_function=function)

    assert "joined by UNSUPPORTED" in refusal(tmp_path, text(2, "UNSUPPORTED"), UnsupportedError)
    assert "a window of 5 elements" in refusal(tmp_path, text(5, "ADD"))
    assert "windows to 4096" in refusal(tmp_path, text(5000, "ADD"))
