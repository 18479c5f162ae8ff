"""Makes ``file_cases.npz``: one small network in the kinds of files that TensorFlow writes, and what it computes. Run
where TensorFlow is (2.21.0 made those there), with the folder of an unpacked tensorflowjs 4.22.0 as the argument."""

import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf import json_format, text_format

v1 = tf.compat.v1
RNG = np.random.default_rng(5)
X = RNG.standard_normal((2, 3)).astype(np.float32)
W = RNG.standard_normal((3, 4)).astype(np.float32)
B = RNG.standard_normal(4).astype(np.float32)


def network(resource=False, partitions=None):
    """relu(x · w + b), with variables of either kind."""
    x = v1.placeholder(tf.float32, [None, 3], "x")
    with v1.variable_scope("layer", use_resource=resource):
        part = v1.fixed_size_partitioner(partitions) if partitions else None
        start = v1.random_normal_initializer(seed=1) if partitions else v1.constant_initializer(W)
        w = v1.get_variable("w", initializer=start, shape=[3, 4], partitioner=part)
        b = v1.get_variable("b", initializer=v1.constant_initializer(B), shape=[4])
    y = v1.nn.relu(v1.nn.bias_add(v1.matmul(x, v1.convert_to_tensor(w)), b), "y")
    return x, y


def checkpoint(folder, resource=False, partitions=None, version=2):
    """Its graph, and a checkpoint with a MetaGraph."""
    with v1.Graph().as_default() as graph, v1.Session() as session:
        _, y = network(resource, partitions)
        session.run(v1.global_variables_initializer())
        kind = v1.train.SaverDef.V2 if version == 2 else v1.train.SaverDef.V1
        v1.train.Saver(write_version=kind).save(session, f"{folder}/model.ckpt", write_state=False)
        wanted = session.run(y, {"x:0": X})
        inference = v1.graph_util.extract_sub_graph(graph.as_graph_def(), ["y"])
        frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
        Path(folder, "inference.pb").write_bytes(inference.SerializeToString())
        Path(folder, "frozen.pb").write_bytes(frozen.SerializeToString())
        Path(folder, "frozen.pbtxt").write_text(text_format.MessageToString(frozen))
    return wanted


def saved_v1(folder):
    """A SavedModel of TensorFlow 1, with two signatures and tags of its own."""
    with v1.Graph().as_default(), v1.Session() as session:
        x, y = network()
        session.run(v1.global_variables_initializer())
        double = v1.identity(y * 2.0, "double")
        builder = v1.saved_model.Builder(folder)
        signature = v1.saved_model.predict_signature_def
        builder.add_meta_graph_and_variables(
            session,
            ["serve", "cpu"],
            {"serving_default": signature({"data": x}, {"out": y}), "twice": signature({"data": x}, {"x": double})},
        )
        builder.save()


def web(folder, frozen, tools, quantization=None):
    """A graph model of TensorFlow.js, its weights written by that package."""
    graph = v1.GraphDef.FromString(frozen)
    weights = []
    for node in graph.node:
        if node.op == "Const":
            weights.append({"name": node.name, "data": tf.make_ndarray(node.attr["value"].tensor)})
            node.attr["value"].tensor.ClearField("tensor_content")
            node.attr["value"].tensor.ClearField("float_val")
    options = {"write_manifest": False, "shard_size_bytes": 40, "quantization_dtype_map": quantization}
    manifest = tools.write_weights([weights], folder, **options)
    x, y = ({"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "-1"}, {"size": size}]}} for size in ("3", "4"))
    signature = {"inputs": {"x": {"name": "x:0", **x}}, "outputs": {"result": {"name": "y:0", **y}}}
    topology = json.loads(json_format.MessageToJson(graph))
    model = {"format": "graph-model", "modelTopology": topology, "weightsManifest": manifest, "signature": signature}
    Path(folder, "model.json").write_text(json.dumps(model))


def tensorflowjs(folder):
    """The module of the package that writes weights; the package as a whole needs more than is here."""
    for name in ("quantization", "read_weights", "write_weights"):
        found = importlib.util.spec_from_file_location(f"tensorflowjs.{name}", f"{folder}/tensorflowjs/{name}.py")
        module = importlib.util.module_from_spec(found)
        sys.modules[f"tensorflowjs.{name}"] = module
        setattr(sys.modules.setdefault("tensorflowjs", type(sys)("tensorflowjs")), name, module)
        found.loader.exec_module(module)
    return module


KINDS = {
    "v2": checkpoint,
    "resource": lambda folder: checkpoint(folder, resource=True),
    "sliced": lambda folder: checkpoint(folder, partitions=2),
    "v1": lambda folder: checkpoint(folder, version=1),
    "saved_v1": lambda folder: saved_v1(f"{folder}/saved"),
}

if __name__ == "__main__":
    tools = tensorflowjs(sys.argv[1])
    content = {"x": X, "w": W, "b": B}
    for name, make in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            wanted = make(folder)
            if wanted is not None:
                content[f"y_{name}"] = wanted
            if name == "v2":
                frozen = Path(folder, "frozen.pb").read_bytes()
            for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
                content[f"{name}:{path.relative_to(folder)}"] = np.frombuffer(path.read_bytes(), np.uint8)
    for kind in (None, "uint8", "uint16", "float16"):
        with tempfile.TemporaryDirectory() as folder:
            web(folder, frozen, tools, {kind: "*"} if kind else None)
            for path in sorted(Path(folder).iterdir()):
                content[f"web_{kind or 'plain'}:{path.name}"] = np.frombuffer(path.read_bytes(), np.uint8)
    np.savez_compressed(Path(__file__).with_name("file_cases.npz"), **content)
    print({key: value.size for key, value in content.items()})
