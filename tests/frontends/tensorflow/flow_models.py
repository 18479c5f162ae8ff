"""Models of control flow as files, and what TensorFlow gives for them."""

import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def saved(signature, runs, variables=()):
    """A SavedModel of a function, and what it gives for each of the ``runs``."""

    class Holder(tf.Module):
        pass

    holder = Holder()
    holder.variables_ = list(variables)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(holder, folder, signatures=signature)
        run = tf.saved_model.load(folder).signatures["serving_default"]
        outputs = [run(**{key: tf.constant(value) for key, value in each.items()}) for each in runs]
        return files_of(folder), [{key: value.numpy() for key, value in each.items()} for each in outputs]


def frozen(build, runs):
    """A frozen graph with frames of TensorFlow 1: ``build`` names its outputs ``out…``."""
    v1.disable_control_flow_v2()
    try:
        with v1.Graph().as_default(), v1.Session() as session:
            names = build()
            session.run(v1.global_variables_initializer())
            graph = v1.graph_util.convert_variables_to_constants(session, session.graph_def, names)
            outputs = [session.run([f"{n}:0" for n in names], {f"{k}:0": v for k, v in run.items()}) for run in runs]
    finally:
        v1.enable_control_flow_v2()
    made = [dict(zip(names, map(np.asarray, each), strict=True)) for each in outputs]
    return {"graph.pb": graph.SerializeToString()}, made


def files_of(folder):
    """The files of a SavedModel that say what it computes."""
    paths = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "fingerprint.pb"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(paths)}
