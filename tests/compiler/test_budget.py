"""One budget of memory and time: what is counted, what is refused, and what is said then."""

import gc

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler import ops
from dldt.compiler.budget import MEMORY, MEMORY_PER_BYTE, BudgetError, budget, limited
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.import_model import import_model
from dldt.tools import bench, debug_compare, run
from dldt.tools.api import compile_model, read_model
from dldt.tools.compile import main
from tests.frontends.tensorflow.case import Case, Fixed, record

LARGE = 1 << 20


def test_an_array_is_counted_until_it_is_given_up():
    with limited(memory=3 * LARGE) as limit:
        kept = np.zeros(LARGE, np.uint8)
        limit.hold(kept)
        limit.hold(kept[::2])
        assert limit.held == LARGE
        limit.hold(np.zeros(2 * LARGE, np.uint8))
        gc.collect()
        assert limit.held == LARGE
        limit.hold(np.frombuffer(bytes(LARGE), np.uint8))
        assert limit.held == LARGE


def test_who_asks_for_too_much_is_named():
    with limited(memory=LARGE) as limit:
        limit.doing = "node 'a'"
        with pytest.raises(BudgetError, match=r"node 'a' asks for 2.1 MB .* 1.0 MB .*--max-memory"):
            budget().ask(2 * LARGE)


def test_the_outputs_of_a_node_are_asked_for():
    x = Graph("parts").parameter("x", TensorType(DType.f32, (1 << 17,)))
    with limited(), pytest.raises(BudgetError, match=r"asks for 1\.1 GB .*--max-memory"):
        ops.Split(1 << 17).all(x, np.array(0))


@pytest.mark.parametrize(("operation", "number"), [("Unpack", "num"), ("Split", "num_split")])
def test_the_parts_that_tensorflow_names_are_asked_for(operation, number):
    data = np.zeros((1 << 17,), np.float32)
    inputs = (data,) if operation == "Unpack" else (Fixed(np.array(0, np.int32)), data)
    case = Case(operation, inputs, {number: 1 << 17}, outputs=1)
    with limited(), pytest.raises(BudgetError, match=r"node '.*asks for 1\.1 GB .*--max-memory"):
        import_model(record([case])[0])


def test_who_is_at_work_when_the_time_is_over_is_named():
    with limited(seconds=1e-9) as limit:
        limit.doing = "pass b"
        with pytest.raises(BudgetError, match=r"pass b: the 0 seconds .*--max-seconds"):
            budget().tick()


def test_files_add_to_what_the_user_did_not_give():
    with limited() as limit:
        limit.add_file(1000)
        assert limit.memory == MEMORY + 1000 * MEMORY_PER_BYTE
    with limited(memory=LARGE) as limit:
        limit.add_file(1000)
        assert limit.memory == LARGE


@pytest.fixture
def scaled(tmp_path):
    """A convolution of 2 MB whose weights are scaled by a normalisation: the pass makes new weights."""
    weights = {"w": np.ones((512, 1024, 1, 1), np.float32)}
    weights |= {name: np.full(512, 2.0, np.float32) for name in ("scale", "bias", "mean", "var")}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("BatchNormalization", ["c", "scale", "bias", "mean", "var"], ["y"], "norm"),
    ]
    graph = helper.make_graph(
        nodes,
        "scaled",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1024, 2, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    path = tmp_path / "scaled.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--max-memory", "1MB"), "asks for 2.1 MB of memory; this compile may hold 1.0 MB"),
        (("--max-seconds", "0.000001"), "--max-seconds raises the limit"),
    ],
)
def test_past_the_limit_nothing_is_written(scaled, tmp_path, capsys, options, said):
    artifact = tmp_path / "scaled.so"
    assert main([str(scaled), "-o", str(artifact), "-q", *options]) == 2
    assert said in capsys.readouterr().err
    assert not artifact.exists()


@pytest.mark.parametrize("command", [run.main, bench.main], ids=["run", "bench"])
def test_commands_that_read_a_model_have_the_limits(scaled, capsys, command):
    assert command([str(scaled), "--max-seconds", "0.000001"]) == 2
    assert "--max-seconds raises the limit" in capsys.readouterr().err


def test_both_sides_of_a_comparison_have_the_limits(scaled, capsys):
    assert (
        debug_compare.main([f"{scaled}@interpreter", f"{scaled}@artifact", "--seed", "1", "--max-seconds", "1e-6"]) == 2
    )
    assert "--max-seconds raises the limit" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "-1", "nan", "4QB", "many", "1e400"])
def test_sizes_and_times_that_are_none_are_refused(scaled, capsys, text):
    for option in ("--max-memory", "--max-seconds"):
        assert main([str(scaled), f"{option}={text}"]) == 1
        assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("limits", "said"), [({"max_memory": 1 << 20}, "asks for 2.1 MB"), ({"max_seconds": 1e-9}, "over")]
)
def test_the_functions_have_the_same_limits(scaled, tmp_path, limits, said):
    for model in (scaled, read_model(scaled)):
        with pytest.raises(BudgetError, match=said):
            compile_model(model, tmp_path / "scaled.so", **limits)
    assert not (tmp_path / "scaled.so").exists()
    compile_model(read_model(scaled), tmp_path / "scaled.so")


def test_reading_has_limits(scaled):
    with pytest.raises(BudgetError, match="--max-seconds raises the limit"):
        read_model(scaled, max_seconds=1e-9)


def test_the_defaults_are_enough(scaled, tmp_path):
    assert main([str(scaled), "-o", str(tmp_path / "scaled.so"), "-q"]) == 0
