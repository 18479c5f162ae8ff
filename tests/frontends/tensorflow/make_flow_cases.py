"""Makes the models of ``flow_cases/`` and what TensorFlow computes for them; run where TensorFlow is (2.21.0 made those
there): ``TF_USE_LEGACY_KERAS=1 python make_flow_cases.py [name …]``.

A case is a .npz: ``file:…`` are the files of the model, ``in0:…`` the inputs of the first run, ``out0:…`` its outputs.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent / "flow_cases"
F32 = tf.float32
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


def stored(model):
    """A Keras model as a SavedModel, without what only training needs."""
    shape = [None, *model.inputs[0].shape[1:]]
    function = tf.function(lambda x: {"y": model(x, training=False)}, input_signature=[tf.TensorSpec(shape, name="x")])
    return function, model.variables


def floats(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def spec(*shape, dtype=F32, name="x"):
    return tf.TensorSpec(shape, dtype, name)


def case_if():
    @tf.function(input_signature=[spec(None, 3)])
    def f(x):
        return {"y": tf.cond(tf.reduce_sum(x) > 0.0, lambda: x * 2.0, lambda: x - 1.0)}

    return saved(f, [{"x": floats(2, 3)}, {"x": -np.abs(floats(4, 3))}])


def case_switch():
    @tf.function(input_signature=[spec(3), spec(dtype=tf.int32, name="k")])
    def f(x, k):
        return {"y": tf.switch_case(k, [lambda: x + 1.0, lambda: x * 2.0, lambda: x - 3.0])}

    x = floats(3)
    return saved(f, [{"x": x, "k": np.int32(k)} for k in (0, 1, 2, 5, -1)])


def case_count():
    weights = tf.Variable(floats(3, 3, seed=1) * 0.3)

    @tf.function(input_signature=[spec(2, 3), spec(dtype=tf.int32, name="n")])
    def f(x, n):
        for i in tf.range(n):
            x = tf.tanh(x @ weights) + tf.cast(i, F32)
        return {"y": x}

    return saved(f, [{"x": floats(2, 3), "n": np.int32(n)} for n in (0, 1, 5)], [weights])


def case_until():
    @tf.function(input_signature=[spec(3)])
    def f(x):
        turns = tf.constant(0)
        while tf.reduce_sum(x) < 100.0:
            x, turns = x * 1.5 + 1.0, turns + 1
        return {"y": x, "turns": turns}

    return saved(f, [{"x": floats(3)}, {"x": np.full(3, 50, np.float32)}])


def case_nested():
    @tf.function(input_signature=[spec(3)])
    def f(x):
        i = tf.constant(0)
        while i < 4:
            j = tf.constant(0)
            while j < i:
                x = x + tf.cast(j, F32)
                j += 1
            x = tf.cond(tf.reduce_max(x) > 2.0, lambda x=x: x * 0.5, lambda x=x: x + 1.0)
            i += 1
        return {"y": x}

    return saved(f, [{"x": floats(3)}])


def case_array():
    @tf.function(input_signature=[spec(None, 3)])
    def f(x):
        count = tf.shape(x)[0]
        array = tf.TensorArray(F32, count, element_shape=[3])
        source = tf.TensorArray(F32, count).unstack(x)
        total = tf.zeros([3])
        for i in tf.range(count):
            total = total + source.read(i)
            array = array.write(i, total * 2.0)
        return {"y": array.stack()}

    return saved(f, [{"x": floats(n, 3)} for n in (1, 4, 7)])


def case_backwards():
    @tf.function(input_signature=[spec(5, 2)])
    def f(x):
        array = tf.TensorArray(F32, 5)
        for i in tf.range(5):
            array = array.write(4 - i, x[i] * 2.0)
        return {"y": array.stack(), "last": array.read(4)}

    return saved(f, [{"x": floats(5, 2)}])


def case_grown():
    @tf.function(input_signature=[spec(4), spec(dtype=tf.int32, name="n")])
    def f(x, n):
        array = tf.TensorArray(F32, 0, dynamic_size=True)
        for i in tf.range(n):
            array = array.write(i, x * tf.cast(i, F32))
        return {"y": array.stack()}

    return saved(f, [{"x": floats(4), "n": np.int32(n)} for n in (1, 3)])


def keras_case(layers, shape, *runs):
    tf.keras.utils.set_random_seed(7)
    model = tf.keras.Sequential([tf.keras.Input(shape), *layers])
    function, variables = stored(model)
    return saved(function, [{"x": floats(*run)} for run in runs], variables)


def case_lstm():
    return keras_case([tf.keras.layers.LSTM(5, return_sequences=True)], (None, 3), (2, 4, 3), (1, 7, 3))


def case_lstm_last():
    return keras_case([tf.keras.layers.LSTM(5)], (6, 3), (2, 6, 3))


def case_gru():
    return keras_case([tf.keras.layers.GRU(4, return_sequences=True)], (None, 3), (2, 5, 3), (3, 1, 3))


def case_simple_rnn():
    return keras_case([tf.keras.layers.SimpleRNN(4)], (5, 3), (2, 5, 3))


def case_bidirectional():
    layer = tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(3, return_sequences=True))
    return keras_case([layer], (None, 2), (2, 4, 2))


def case_embedding():
    tf.keras.utils.set_random_seed(7)
    model = tf.keras.Sequential([tf.keras.Input((4,), dtype=tf.int32), tf.keras.layers.Embedding(9, 3)])
    specs = [spec(None, 4, dtype=tf.int32)]
    function = tf.function(lambda x: {"y": model(x)}, input_signature=specs)
    return saved(function, [{"x": np.array([[1, 2, 8, 0]], np.int32)}], model.variables)


def case_calls():
    @tf.function
    def twice(x):
        return x * 2.0, x + 1.0

    @tf.function
    def outer(x):
        a, b = twice(x)
        return twice(a)[1] + b

    @tf.function(input_signature=[spec(3)])
    def f(x):
        return {"y": outer(x), "z": twice(x)[0]}

    return saved(f, [{"x": floats(3)}])


def case_v1_cond():
    def build():
        x = v1.placeholder(F32, [None, 3], "x")
        y = v1.cond(v1.reduce_sum(x) > 0.0, lambda: x * 2.0, lambda: v1.exp(x))
        v1.identity(y, "out")
        return ["out"]

    return frozen(build, [{"x": floats(2, 3)}, {"x": -np.abs(floats(2, 3))}])


def case_v1_while():
    def build():
        x = v1.placeholder(F32, [3], "x")
        n = v1.placeholder(tf.int32, [], "n")
        w = v1.get_variable("w", initializer=floats(3, seed=2))
        _, y = v1.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, v1.tanh(y * w) + x), (0, x))
        v1.identity(y, "out")
        return ["out"]

    return frozen(build, [{"x": floats(3), "n": np.int32(n)} for n in (0, 1, 4)])


def case_v1_until():
    def build():
        x = v1.placeholder(F32, [3], "x")
        y = v1.while_loop(lambda y: v1.reduce_sum(y) < 50.0, lambda y: y * 1.5 + 1.0, (x,))
        v1.identity(y, "out")
        return ["out"]

    return frozen(build, [{"x": floats(3)}, {"x": np.full(3, 30, np.float32)}])


def case_v1_nested():
    def build():
        x = v1.placeholder(F32, [3], "x")

        def inner(i, y):
            return v1.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z + v1.cast(j, F32)), (0, y))[1]

        def body(i, y):
            y = inner(i, y)
            y = v1.cond(v1.reduce_max(y) > 2.0, lambda: y * 0.5, lambda: y + 1.0)
            return i + 1, y

        _, y = v1.while_loop(lambda i, y: i < 4, body, (0, x))
        v1.identity(y, "out")
        return ["out"]

    return frozen(build, [{"x": floats(3)}])


def case_v1_array():
    def build():
        x = v1.placeholder(F32, [None, 3], "x")
        count = v1.shape(x)[0]
        source = tf.TensorArray(F32, count).unstack(x)
        array = tf.TensorArray(F32, count)

        def body(i, total, array):
            total = total + source.read(i)
            return i + 1, total, array.write(i, total)

        _, _, array = v1.while_loop(lambda i, *_: i < count, body, (0, v1.zeros([3]), array))
        v1.identity(array.stack(), "out")
        return ["out"]

    return frozen(build, [{"x": floats(n, 3)} for n in (1, 5)])


def dynamic_rnn(cell, lengths):
    def build():
        x = v1.placeholder(F32, [2, None, 3], "x")
        size = v1.placeholder(tf.int32, [2], "size") if lengths else None
        y, _ = v1.nn.dynamic_rnn(cell(), x, sequence_length=size, dtype=F32)
        v1.identity(y, "out")
        return ["out"]

    v1.set_random_seed(3)
    sizes = {"size": np.array([2, 4], np.int32)} if lengths else {}
    counts = (4, 6) if lengths else (1, 4, 9)
    return frozen(build, [{"x": floats(2, n, 3), **sizes} for n in counts])


def case_v1_dynamic_rnn():
    return dynamic_rnn(lambda: v1.nn.rnn_cell.BasicLSTMCell(4), lengths=False)


def case_v1_dynamic_gru():
    return dynamic_rnn(lambda: v1.nn.rnn_cell.GRUCell(4), lengths=False)


def case_v1_dynamic_lengths():
    return dynamic_rnn(lambda: v1.nn.rnn_cell.BasicRNNCell(4), lengths=True)


CASES = {name[5:]: make for name, make in list(globals().items()) if name.startswith("case_")}


def write(name):
    (files, outputs), runs = CASES[name](), RUNS[-1]
    content = {f"file:{key}": np.frombuffer(data, np.uint8) for key, data in files.items()}
    for number, (given, made) in enumerate(zip(runs, outputs, strict=True)):
        content |= {f"in{number}:{key}": value for key, value in given.items()}
        content |= {f"out{number}:{key}": value for key, value in made.items()}
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / f"{name}.npz", **content)


RUNS = []


def _remembered(make):
    def made(first, runs, *rest):
        RUNS.append(runs)
        return make(first, runs, *rest)

    return made


saved, frozen = _remembered(saved), _remembered(frozen)

if __name__ == "__main__":
    for wanted in sys.argv[1:] or CASES:
        try:
            write(wanted)
        except Exception as error:  # one case must not keep the others from being made
            print(wanted, type(error).__name__, str(error)[:300])
