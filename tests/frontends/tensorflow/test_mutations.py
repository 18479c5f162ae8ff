"""Damaged models of TensorFlow are imported, or refused with an error of ours: nothing else may happen.

``DLDT_TENSORFLOW_MUTANTS=2000`` asks for a longer run.
"""

import os
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.read_model import read_model
from dldt.frontends.tensorflow.proto import PROTO
from tests.frontends.tensorflow.flow_cases import model_of

COUNT = int(os.environ.get("DLDT_TENSORFLOW_MUTANTS", "60"))
ODD = (0, -1, 1, 2, 3, 7, -2, 100, 2**31 - 1, -(2**31), 2**40)
FLOW = ("lstm", "count", "nested", "switch", "grown", "v1_nested", "v1_dynamic_lengths", "v1_array", "v1_cond")
FILES = Path(__file__).with_name("file_cases.npz")
SECONDS = 20


def attempt(path, seed, **options):
    """Reads the model; an error that is not for the user is a failure."""
    begin = time.monotonic()
    try:
        read_model(path, **options)
    except InternalError as error:
        pytest.fail(f"seed {seed}: {error}")
    except DldtError:
        pass
    except Exception as error:
        raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
    assert time.monotonic() - begin < SECONDS, seed


def nodes_of(graph):
    """The lists of nodes of a graph and its functions."""
    return [graph.node, *(function.node_def for function in graph.library.function)]


def damage(graph, rng):
    """One random change to the structure."""
    nodes = rng.choice([part for part in nodes_of(graph) if len(part)])
    node = rng.choice(nodes)
    kind = rng.randrange(11)
    names = [name for each in nodes for name in (each.name, *each.input)] + ["", "nothing", ":", "a:99999", "^"]
    if kind == 0 and node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice(names)
    elif kind == 1 and node.input:
        del node.input[rng.randrange(len(node.input))]
    elif kind == 2:
        node.input.append(rng.choice(names))
    elif kind == 3 and node.attr:
        del node.attr[rng.choice(sorted(node.attr))]
    elif kind == 4:
        node.op = rng.choice(nodes).op
    elif kind == 5:
        node.name = rng.choice(names)
    elif kind in (6, 7) and node.attr:
        change(node.attr[rng.choice(sorted(node.attr))], rng)
    elif kind == 8:
        other = rng.choice(nodes)
        for name in sorted(other.attr):
            node.attr[name].CopyFrom(other.attr[name])
    elif kind == 9 and graph.library.function:
        function = rng.choice(graph.library.function)
        if function.ret:
            function.ret[rng.choice(sorted(function.ret))] = rng.choice(names)
    else:
        nodes.add().CopyFrom(rng.choice(nodes))


def change(value, rng):
    """Another value of the same kind, or of another one."""
    if value.HasField("tensor"):
        tensor = value.tensor
        kind = rng.randrange(4)
        if kind == 0 and tensor.tensor_shape.dim:
            rng.choice(tensor.tensor_shape.dim).size = rng.choice(ODD)
        elif kind == 1:
            tensor.dtype = rng.choice((0, 1, 3, 7, 9, 10, 20, 21))
        elif kind == 2 and tensor.int_val:
            tensor.int_val[0] = rng.choice(ODD[:-1])
        else:
            tensor.tensor_content = tensor.tensor_content[:-1]
    elif value.HasField("func"):
        value.func.name = rng.choice(("nothing", value.func.name[:-1]))
    elif value.HasField("type"):
        value.type = rng.choice((0, 1, 3, 7, 9, 10, 20, 21))
    elif value.HasField("i"):
        value.i = rng.choice(ODD)
    elif value.HasField("list") and value.list.i:
        value.list.i[rng.randrange(len(value.list.i))] = rng.choice(ODD)
    else:
        value.i = rng.choice(ODD)


@pytest.mark.parametrize("name", FLOW)
def test_a_graph_with_changes_is_imported_or_refused(name, tmp_path):
    path = model_of(name, tmp_path / "model")
    file = path / "saved_model.pb" if path.is_dir() else path
    data = file.read_bytes()
    for seed in range(-(-COUNT // len(FLOW))):
        rng = random.Random(f"{name} {seed}")
        message = PROTO["SavedModel" if path.is_dir() else "GraphDef"].FromString(data)
        graph = message.meta_graphs[0].graph_def if path.is_dir() else message
        for _ in range(rng.randrange(1, 4)):
            damage(graph, rng)
        file.write_bytes(message.SerializeToString())
        attempt(path, seed)


@pytest.mark.parametrize(
    ("case", "model", "damaged"),
    [
        ("v2", "frozen.pb", "frozen.pb"),
        ("v2", "frozen.pbtxt", "frozen.pbtxt"),
        ("v2", "model.ckpt.meta", "model.ckpt.meta"),
        ("v2", "model.ckpt.meta", "model.ckpt.index"),
        ("sliced", "model.ckpt.meta", "model.ckpt.index"),
        ("v1", "model.ckpt.meta", "model.ckpt"),
        ("saved_v1", "saved", "saved/saved_model.pb"),
        ("web_uint8", "model.json", "model.json"),
    ],
)
def test_a_file_with_other_bytes_is_imported_or_refused(case, model, damaged, tmp_path):
    with np.load(FILES) as content:
        for key in content.files:
            if key.startswith(f"{case}:"):
                path = tmp_path / key.partition(":")[2]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content[key].tobytes())
    file = tmp_path / damaged
    data = file.read_bytes()
    for seed in range(-(-COUNT // 8)):
        rng = random.Random(f"{case} {damaged} {seed}")
        made = bytearray(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)
        for _ in range(rng.randrange(1, 4)):
            if made:
                made[rng.randrange(len(made))] = rng.randrange(256)
        file.write_bytes(made)
        attempt(tmp_path / model, seed)


def test_functions_that_call_one_another_twice_do_not_grow_without_bound(tmp_path):
    graph = PROTO["GraphDef"]()
    for depth in range(40):
        function = graph.library.function.add()
        function.signature.name = f"f{depth}"
        function.signature.input_arg.add(name="x")
        function.signature.output_arg.add(name="y")
        for i in range(2):
            call = function.node_def.add(name=f"c{i}", op="PartitionedCall", input=["x"])
            call.attr["f"].func.name = f"f{depth + 1}"
        function.ret["y"] = "c1:output:0"
    graph.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
    graph.node.add(name="y", op="PartitionedCall", input=["x"]).attr["f"].func.name = "f0"
    path = tmp_path / "graph.pb"
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(DldtError, match=r"have more than \d+ nodes|function 'f40' is called"):
        read_model(path)
    shutil.rmtree(tmp_path)
