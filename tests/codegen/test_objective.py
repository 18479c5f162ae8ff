"""What the choices of a model are made for: time, size, or both."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.objective import Objective
from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.compiler.errors import InputError, UsageError
from dldt.runtime import load
from dldt.tools.api import compile_model, read_model, transform
from dldt.tools.compile import main as compile_main
from dldt.tools.inspect import main as inspect_main
from tests.codegen.shared_weights import Builder, albert, pyramid

EXACT = onnxruntime.SessionOptions()
EXACT.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
TARGET = resolve_target("x86-64-v3")


def network(sizes=(28, 14, 7), channels=256):
    """A chain of 3×3 convolutions with weights of their own, on smaller and smaller images."""
    b = Builder()
    value = "x"
    for size in sizes:
        filters = b.weight(f"filters{size}", channels, channels, 3, 3)
        value = b("Relu", b("Conv", value, filters, pads=[1, 1, 1, 1]))
        value = value if size == sizes[-1] else b("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2])
    return b.model({"x": (onnx.TensorProto.FLOAT, (1, channels, sizes[0], sizes[0]))}, [value]), b.bytes


def saved(model, folder):
    path = folder / "model.onnx"
    onnx.save(model, path)
    return path


def choices(path, goal):
    """What is chosen for the parts of a model with weights."""
    graph = read_model(path)
    transform(graph)
    made = run_steps(Compilation(graph, TARGET, optimize=goal), "implementations")
    return [chosen for leaf in made.program.leaves() for chosen in leaf.chosen if chosen.packing is not None]


def test_each_objective_makes_files_no_larger_than_the_one_before(tmp_path):
    model, size = network()
    path = saved(model, tmp_path)
    feeds = {"x": np.random.default_rng(1).standard_normal((1, 256, 28, 28)).astype(np.float32)}
    (want,) = onnxruntime.InferenceSession(path, EXACT).run(None, feeds)
    sizes = []
    for goal in Objective:
        made = compile_model(path, tmp_path / f"{goal}.so", optimize=goal)
        sizes.append(made.summary.weights_bytes)
        with load(made) as compiled:
            (found,) = compiled.run(feeds).values()
        np.testing.assert_allclose(found, want, rtol=1e-3, atol=1e-4 * np.abs(want).max())
    speed, balanced, small = sizes
    assert size <= small <= balanced <= speed
    assert small < 1.01 * size < 1.5 * size < speed


def test_estimated_cycles_rise_as_sizes_fall(tmp_path):
    path = saved(network()[0], tmp_path)
    costs = [[chosen.cost for chosen in choices(path, goal)] for goal in Objective]
    times = [sum(cost.cycles for cost in each) for each in costs]
    sizes = [sum(cost.bytes for cost in each) for each in costs]
    assert times == sorted(times)
    assert sizes == sorted(sizes, reverse=True)
    assert all(cost.moved >= cost.bytes > 0 for each in costs for cost in each)


def test_size_keeps_the_weights_as_they_are(tmp_path):
    model, size = network()
    assert sum(chosen.cost.bytes for chosen in choices(saved(model, tmp_path), Objective.size)) == size


@pytest.mark.parametrize("sizes", [(56, 28, 14, 7), (64, 5)])
def test_kernels_that_read_the_same_filters_agree_on_their_order(tmp_path, sizes):
    model, size = pyramid(128, sizes)
    path = saved(model, tmp_path)
    orders = {goal: {chosen.packing for chosen in choices(path, goal)} for goal in Objective}
    assert len(orders[Objective.size]) == 2
    assert len(orders[Objective.balanced]) <= len(orders[Objective.speed])
    assert len(orders[Objective.speed]) > 2
    generator = np.random.default_rng(4)
    feeds = {f"x{n}": generator.standard_normal((1, 128, n, n)).astype(np.float32) for n in sizes}
    wanted = onnxruntime.InferenceSession(path, EXACT).run(None, feeds)
    for goal in (Objective.balanced, Objective.size):
        made = compile_model(path, tmp_path / f"{goal}.so", optimize=goal)
        with load(made) as compiled:
            found = compiled.run(feeds)
        for node, want in zip(model.graph.output, wanted, strict=True):
            np.testing.assert_allclose(found[node.name], want, rtol=1e-3, atol=1e-4 * np.abs(want).max())
    assert size <= made.summary.weights_bytes < 1.01 * size


def test_products_of_other_lengths_agree_on_the_order_of_a_matrix(tmp_path):
    b = Builder()
    b.weight("w", 512, 512)
    outputs = [b("MatMul", name, "w") for name in ("short", "long")]
    shapes = {"short": (1, 512), "long": (200, 512)}
    model = b.model({name: (onnx.TensorProto.FLOAT, shape) for name, shape in shapes.items()}, outputs)
    path = saved(model, tmp_path)
    assert len({chosen.packing for chosen in choices(path, Objective.speed)}) == 2
    for goal in (Objective.balanced, Objective.size):
        assert len({chosen.packing for chosen in choices(path, goal)}) == 1


def test_an_unknown_objective_is_refused(tmp_path):
    path = saved(albert(1, 64, 64)[0], tmp_path)
    with pytest.raises(UsageError, match="optimize is 'small'; it must be one of speed, balanced, size"):
        compile_model(path, tmp_path / "m.so", optimize="small")


def test_the_command_knows_every_objective(tmp_path, capsys):
    """It lists the words itself, for --help must not need the compiler."""
    with pytest.raises(SystemExit):
        compile_main(["--help"])
    assert f"--optimize {{{','.join(Objective)}}}" in capsys.readouterr().out


def test_a_plan_tells_the_costs_and_makes_the_same_library_again(tmp_path, capsys):
    path = saved(network()[0], tmp_path)
    for goal in Objective:
        library = tmp_path / f"{goal}.so"
        assert compile_main([str(path), "-o", str(library), "--optimize", goal]) == 0
        assert f"optimized for {goal}" in capsys.readouterr().out
        assert inspect_main([str(library), "--plan", "--json"]) == 0
        plan = tmp_path / "plan.json"
        plan.write_text(capsys.readouterr().out)
        costs = [task["cost"] for task in json.loads(plan.read_text())["tasks"]]
        assert sum(cost["bytes"] for cost in costs) >= 3 * 256 * 256 * 9 * 4
        assert inspect_main([str(library), "--plan"]) == 0
        assert f"{costs[0]['bytes']} bytes of weights kept" in capsys.readouterr().out
        (tmp_path / "again").mkdir(exist_ok=True)
        again = compile_model(path, tmp_path / "again" / library.name, optimize=goal, plan=plan)
        assert again.path.read_bytes() == library.read_bytes()


def test_a_plan_with_a_damaged_cost_is_refused(tmp_path, capsys):
    path = saved(network()[0], tmp_path)
    library = compile_model(path, tmp_path / "m.so")
    inspect_main([str(library.path), "--plan", "--json"])
    plan = json.loads(capsys.readouterr().out)
    plan["tasks"][0]["cost"] = {"cycles": "many"}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(InputError, match="the cost of a task is not made of numbers of at least 0"):
        compile_model(path, tmp_path / "m.so", plan=tmp_path / "plan.json")
