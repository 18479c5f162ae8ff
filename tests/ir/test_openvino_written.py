"""IR files that OpenVINO itself wrote, read and interpreted with OpenVINO's numbers."""

from pathlib import Path

import numpy as np
import onnx
import openvino as ov
import pytest
from openvino import opset1, opset2, opset3, opset5, opset7, opset8, opset13, opset15

from benchmarks.random_weights import randomise
from dldt.compiler.dims import Symbol, atoms
from dldt.compiler.errors import UsageError
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.types import DType
from dldt.frontends.read_model import read_model
from tests.ir.models import assert_close, run_openvino
from tests.ops.case import integers, normal

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"


def parameter(shape, name, dtype=np.float32):
    made = opset1.parameter(ov.PartialShape(shape), dtype, name=name)
    made.output(0).set_names({name})
    return made


def check(model, feeds, folder, *, tolerance=4e-6, **options):
    """The graph that we read; its numbers, and those of the IR that we write of it, are OpenVINO's."""
    path = folder / "theirs.xml"
    ov.save_model(model, path, **{"compress_to_fp16": False} | options)
    graph = read_ir(path)
    expected = run_openvino(path, feeds)
    actual = interpret(graph, {value.node.name: feeds[value.node.name] for value in graph.inputs})
    for name, array in actual.items():
        assert_close(array, expected[name], tolerance, name)
    again = run_openvino(write_ir(graph, folder / "ours.xml")[0], feeds)
    for name in actual:
        assert_close(again[name], expected[name], tolerance, name)
    return graph


def single(node, parameters, feeds, folder, **options):
    results = [opset1.result(node.output(port)) for port in range(node.get_output_size())]
    return check(ov.Model(results, parameters, "single"), feeds, folder, **options)


def test_names_metadata_and_ranges(tmp_path):
    x = parameter([(1, 5), -1, 4], "in,put")
    x.output(0).set_names({"in,put", "b"})
    sum = opset13.add(x, opset13.constant(normal(4)))
    sum.output(0).set_names({"sum:0"})
    result = opset13.result(opset13.clamp(sum, -np.inf, 0.1))
    result.output(0).set_names({"out"})
    model = ov.Model([result, opset13.result(sum)], [x], "named")
    model.set_rt_info("v", ["a", "b"])
    model.set_rt_info("w", ["my key", "b/c"])
    graph = check(model, {"in,put": normal(2, 3, 4)}, tmp_path)
    assert graph.name == "named"
    assert graph.inputs[0].name == "in,put"
    assert set(graph.inputs[0].names) == {"in,put", "b"}
    assert [node.name for node in graph.outputs] == ["out", "sum:0"]
    assert {"a/b": "v", "my key/b%2Fc": "w"}.items() <= graph.metadata.items()
    first, second, third = graph.inputs[0].type.shape
    (symbol,) = (atom for atom in atoms(first) if isinstance(atom, Symbol))
    assert (symbol.lower, symbol.upper) == (1, 5)
    assert first != second
    assert third == 4


def test_weights_compressed_to_f16_are_converted(tmp_path):
    x = parameter([2, 8], "x")
    node = opset13.matmul(x, opset13.constant(normal(8, 64)), False, False)
    graph = single(node, [x], {"x": normal(2, 8)}, tmp_path, compress_to_fp16=True, tolerance=1e-5)
    stored = [node for node in graph.order() if node.op.type == "Const"]
    assert [node.types[0].dtype for node in stored] == [DType.f16]


def test_an_empty_tensor_has_one_byte_in_their_file(tmp_path):
    x = parameter([2], "x")
    node = opset13.concat([x, opset13.constant(np.zeros(0, np.float32)), opset13.constant(normal(3))], 0)
    assert str(single(node, [x], {"x": normal(2)}, tmp_path).output_values[0].type) == "f32[5]"


@pytest.mark.parametrize("value", [True, False])
def test_branches(value, tmp_path):
    condition, x, y = parameter([], "c", np.bool_), parameter([-1, 4], "x"), parameter([-1, 4], "y")
    inner = [parameter([-1, 4], name) for name in ("a", "b", "d")]
    two = ov.Model([opset8.result(opset8.subtract(inner[0], inner[1])), opset8.result(inner[0])], inner[:2], "two")
    one = ov.Model([opset8.result(inner[2]), opset8.result(opset8.negative(inner[2]))], inner[2:], "one")
    choice = opset8.if_op(condition)
    choice.set_then_body(two)
    choice.set_else_body(one)
    choice.set_input(x.output(0), inner[0], inner[2])
    choice.set_input(y.output(0), inner[1], None)
    outputs = [choice.set_output(a, b) for a, b in zip(two.results, one.results, strict=True)]
    model = ov.Model([opset8.result(output) for output in outputs], [condition, x, y], "branches")
    feeds = {"c": np.array(value), "x": normal(3, 4), "y": normal(3, 4, seed=1)}
    ov.save_model(model, tmp_path / "m.xml")
    graph = read_ir(tmp_path / "m.xml", shapes=lambda position, _: (3, 4) if position else None)
    expected = run_openvino(tmp_path / "m.xml", feeds)
    again = run_openvino(write_ir(graph, tmp_path / "ours.xml")[0], feeds)
    actual = interpret(graph, feeds)
    assert len(actual) == 2
    for name, array in actual.items():
        np.testing.assert_array_equal(array, expected[name])
        np.testing.assert_array_equal(again[name], expected[name])


def adapted():
    x, image = normal(2, 3, 5), normal(1, 2, 4, 6)
    index = integers(0, 3, 2, 2, dtype="i8")
    axis, four = np.int64(1), np.array([3, 7], np.int64)
    half = np.array([1.5, 0.5], np.float32)
    c = opset1.constant
    resize = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return {
        "gather1": (lambda p: opset1.gather(p, c(index), c(axis)), x),
        "gather7": (lambda p: opset7.gather(p, c(index), c(axis), 1), x),
        "shape_of1": (opset1.shape_of, x),
        "top_k1": (lambda p: opset1.topk(p, c(np.int64(2)), 2, "max", "value"), x),
        "top_k11": (lambda p: opset13.topk(p, c(np.int64(2)), 2, "min", "value", "i64"), x),
        "broadcast1": (lambda p: opset1.broadcast(p, c(np.array([4, 2, 3, 5], np.int64))), x),
        "gelu2": (opset2.gelu, x),
        "gather_nd5": (lambda p: opset5.gather_nd(p, c(index[:, :1] % 2), 0), x),
        "pad12": (lambda p: opset13.pad(p, c([0, 1, 2]), c([1, 0, 1]), "constant", c(np.float32(2))), x),
        "squeeze15": (lambda p: opset15.squeeze(opset15.unsqueeze(p, c(axis)), c(axis)), x),
        "batch_norm1": (
            lambda p: opset1.batch_norm_inference(p, c(normal(3)), c(normal(3)), c(normal(3)), c(normal(3) ** 2), 0.1),
            x,
        ),
        "mvn2": (lambda p: opset2.mvn(p, False, True, 1e-2), image),
        "mvn2_across": (lambda p: opset2.mvn(p, True, False, 1e-2), image),
        "interpolate11_sizes": (
            lambda p: opset13.interpolate(p, c(four), shape_calculation_mode="sizes", axes=c([2, 3]), **resize),
            image,
        ),
        "interpolate11_scales": (
            lambda p: opset13.interpolate(p, c(half), shape_calculation_mode="scales", axes=c([2, 3]), **resize),
            image,
        ),
        "embedding_offsets3": (
            lambda p: opset3.embedding_bag_offsets_sum(p, c(np.int64([1, 0, 1])), c(np.int64([0, 2]))), x
        ),
        "embedding_packed3": (lambda p: opset3.embedding_bag_packed_sum(p, c(np.int64([[1, 0], [1, 1]]))), x),
        "grn1": (lambda p: opset1.grn(p, 0.5), image),
        "max_pool14": (lambda p: opset15.max_pool(p, [2, 2], [1, 1], [0, 0], [0, 0], [3, 2]), image),
    }  # fmt: skip


@pytest.mark.parametrize("name", adapted())
def test_other_versions_of_operations_mean_the_same(name, tmp_path):
    make, feed = adapted()[name]
    x = parameter(list(feed.shape), "x")
    single(make(x), [x], {"x": feed}, tmp_path)


def test_a_shape_of_the_caller_replaces_that_of_the_file(tmp_path):
    x = parameter([-1, 4], "x")
    y = parameter([-1, 4], "y")
    ov.save_model(ov.Model([opset1.result(opset1.add(x, y))], [x, y], "m"), tmp_path / "m.xml")
    graph = read_ir(tmp_path / "m.xml")
    (condition,) = graph.conditions
    assert condition.text == "two dims that broadcast, x_0 and y_0, must be equal, or one of them must be 1"
    graph = read_model(tmp_path / "m.xml", inputs={"x": ("N", 4), "y": ("N", 4)})
    assert str(graph.output_values[0].type) == "f32[N,4]"
    graph = read_model(tmp_path / "m.xml", inputs=[(7, 4), (7, 4)])
    assert graph.output_values[0].type.shape == (7, 4)
    with pytest.raises(UsageError, match=r"layer 'x' .*: the shape \[7\] is given for it, but it has 2 dims"):
        read_model(tmp_path / "m.xml", inputs={"x": (7,)})


@pytest.mark.parametrize("name", ["squeezenet", "shufflenet"])
def test_a_network_from_onnx_through_openvino(name, tmp_path):
    network = randomise(onnx.load(LIGHT / f"light_{name}.onnx"), np.random.default_rng(0))
    onnx.save(network, tmp_path / "m.onnx")
    model = ov.Core().read_model(tmp_path / "m.onnx")
    (port,) = model.inputs
    check(model, {port.any_name: normal(*port.shape)}, tmp_path, tolerance=1e-4)
