"""Makes the models of ``flow_cases/`` and what TensorFlow computes for them; run where TensorFlow is (2.21.0 made those
there): ``TF_USE_LEGACY_KERAS=1 python make_flow_cases.py [name …]``.

A case is a .npz: ``file:…`` are the files of the model, ``in0:…`` the inputs of the first run, ``out0:…`` its outputs.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from flow_models import frozen, saved
from flow_search import beam_search
from tensorflow.python.framework import function

FOLDER = Path(__file__).parent / "flow_cases"
F32 = tf.float32
v1 = tf.compat.v1


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


def case_masked():
    layers = [tf.keras.layers.Masking(), tf.keras.layers.LSTM(4, return_sequences=True)]
    return keras_case(layers, (None, 3), (2, 5, 3))


def case_gru_before():
    return keras_case([tf.keras.layers.GRU(4, reset_after=False, return_sequences=True)], (None, 3), (2, 5, 3))


def case_stacked():
    cells = [tf.keras.layers.LSTMCell(4), tf.keras.layers.GRUCell(3)]
    return keras_case([tf.keras.layers.RNN(cells, return_sequences=True)], (None, 3), (2, 5, 3))


def case_convolution_lstm():
    layer = tf.keras.layers.ConvLSTM2D(2, 3, return_sequences=True, padding="same")
    return keras_case([layer], (4, 6, 6, 2), (1, 4, 6, 6, 2))


def case_map():
    @tf.function(input_signature=[spec(None, 3)])
    def f(x):
        return {"y": tf.map_fn(lambda row: tf.reduce_sum(row) * row, x)}

    return saved(f, [{"x": floats(n, 3)} for n in (1, 4)])


def case_growing():
    @tf.function(input_signature=[spec(2, 5)])
    def f(x):
        def body(i, x, out):
            best = tf.argmax(x * tf.cast(i, F32), 1, output_type=tf.int32)
            return i + 1, x * 2.0, tf.concat([out, best[:, None]], 1)

        shapes = (tf.TensorShape([]), x.shape, tf.TensorShape([2, None]))
        start = (tf.constant(0), x, tf.zeros([2, 0], tf.int32))
        until = lambda i, x, _: tf.logical_and(i < 4, tf.reduce_max(x) < 50.0)  # noqa: E731 (a name for the argument)
        return {"y": tf.while_loop(until, body, start, shape_invariants=shapes)[2]}

    return saved(f, [{"x": floats(2, 5)}, {"x": 10 * floats(2, 5)}])


def case_early():
    @tf.function(input_signature=[spec(8)])
    def f(x):
        array, total = tf.TensorArray(F32, 8, element_shape=[]), tf.constant(0.0)
        for i in tf.range(8):
            total += x[i]
            array = array.write(i, total)
            if total > 1.5:
                break
        return {"y": array.stack(), "total": total}

    return saved(f, [{"x": floats(8)}, {"x": np.full(8, 0.6, np.float32)}])


def case_changed():
    variable = tf.Variable(np.float32(1))

    @tf.function(input_signature=[spec(3)])
    def f(x):
        variable.assign_add(1.0)
        return {"y": x * variable}

    return saved(f, [{"x": floats(3)}], [variable])


def case_v1_map():
    def build():
        x = v1.placeholder(F32, [None, 3], "x")
        v1.identity(v1.map_fn(lambda row: v1.reduce_sum(row) * row, x), "out")
        return ["out"]

    return frozen(build, [{"x": floats(n, 3)} for n in (1, 4)])


def case_v1_bidirectional():
    def build():
        x = v1.placeholder(F32, [2, None, 3], "x")
        sizes = v1.placeholder(tf.int32, [2], "size")
        cells = v1.nn.rnn_cell.BasicLSTMCell(3), v1.nn.rnn_cell.GRUCell(3)
        both, _ = v1.nn.bidirectional_dynamic_rnn(*cells, x, sequence_length=sizes, dtype=F32)
        v1.identity(v1.concat(both, 2), "out")
        return ["out"]

    return frozen(build, [{"x": floats(2, 5, 3), "size": np.array([3, 5], np.int32)}])


def case_v1_projection():
    def build():
        x = v1.placeholder(F32, [2, None, 3], "x")
        cells = v1.nn.rnn_cell.LSTMCell(4, num_proj=3, use_peepholes=True), v1.nn.rnn_cell.BasicRNNCell(4)
        y, _ = v1.nn.dynamic_rnn(v1.nn.rnn_cell.MultiRNNCell(cells), x, dtype=F32)
        v1.identity(y, "out")
        return ["out"]

    return frozen(build, [{"x": floats(2, 5, 3)}])


def case_beam():
    @tf.function(input_signature=[spec(dtype=tf.int32, name="n"), spec(7, 7, name="table")])
    def f(n, table):
        texts, totals = beam_search(2, n, table)
        return {"texts": texts, "totals": totals}

    return saved(f, [{"n": np.int32(n), "table": 2 * floats(7, 7, seed=n)} for n in (0, 1, 3, 9)])


def case_v1_beam():
    def build():
        n, table = v1.placeholder(tf.int32, [], "n"), v1.placeholder(F32, [7, 7], "table")
        texts, totals = beam_search(2, n, table)
        v1.identity(texts, "texts")
        v1.identity(totals, "totals")
        return ["texts", "totals"]

    return frozen(build, [{"n": np.int32(n), "table": 2 * floats(7, 7, seed=n)} for n in (0, 1, 3, 9)])


def case_v1_function():
    def build():
        @function.Defun(F32, func_name="part")
        def part(x):
            _, y = v1.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 1.5 - 0.5), (0, x))
            return v1.cond(v1.reduce_sum(y) > 0.0, lambda: y * 2.0, lambda: v1.exp(y))

        x, n = v1.placeholder(F32, [3], "x"), v1.placeholder(tf.int32, [], "n")

        def body(i, x):
            y = part(x) * 0.1
            y.set_shape([3])
            return i + 1, y

        _, y = v1.while_loop(lambda i, y: i < n, body, (0, part(x)))
        v1.identity(part(y), "out")
        return ["out"]

    return frozen(build, [{"x": floats(3) + c, "n": np.int32(n)} for n, c in ((0, 1), (2, 1), (1, -3))])


def case_unranked():
    def build():
        x = v1.placeholder(F32, [2, 3], "x")
        total = tf.raw_ops.AccumulateNV2(inputs=[x, x * 2.0], shape=tf.TensorShape(None))
        v1.identity(tf.raw_ops.EnsureShape(input=total, shape=tf.TensorShape(None)), "out")
        return ["out"]

    return frozen(build, [{"x": floats(2, 3)}])


def case_v1_nested_cond():
    def build():
        x, p = v1.placeholder(F32, [3], "x"), v1.placeholder(tf.bool, [], "p")
        inner = lambda: v1.cond(  # noqa: E731 (a name for the argument)
            v1.reduce_sum(x) > 0, lambda: (x * 2, x), lambda: (x - 1, v1.constant([7.0, 8, 9]))
        )
        y = v1.cond(p, inner, lambda: (v1.constant([1.0, 2, 3]), x))
        v1.identity(y[0] + y[1], "out")
        v1.identity(v1.cond(p, lambda: y[0], lambda: y[1]), "again")
        return ["out", "again"]

    return frozen(build, [{"x": floats(3), "p": np.bool_(p)} for p in (False, True)])


def case_v1_case():
    def build():
        x, k = v1.placeholder(F32, [3], "x"), v1.placeholder(tf.int32, [], "k")
        cases = [(v1.equal(k, 0), lambda: x), (v1.equal(k, 1), lambda: x * 2)]
        v1.identity(v1.case(cases, default=lambda: x * 3, exclusive=True), "out")
        return ["out"]

    return frozen(build, [{"x": floats(3), "k": np.int32(k)} for k in (0, 1, 2)])


def case_v1_default():
    def build():
        x = v1.placeholder(F32, [2], "x")
        v1.identity(x * v1.placeholder_with_default(np.float32(3), [], "k"), "out")
        return ["out"]

    return frozen(build, [{"x": floats(2)}])


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
