"""Random numbers. With seeds they are those of TensorFlow's first run; a node without seeds has some of its name.

Every run gives the same numbers. Where TensorFlow draws until a number fits, chooses classes or makes integers of 64
bits, the numbers are others of the same distribution.
"""

from __future__ import annotations

import zlib

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Maximum, Multiply, Subtract
from dldt.compiler.ops.comparison import Less, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.random_uniform import RandomUniform
from dldt.compiler.ops.reduce import ReduceMax, ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.ops.unary import Cos, Exp, Log, Sin, Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import required_array, required_int, required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import cast, integer, ints, like, sizes, wide
from dldt.frontends.tensorflow.philox import scrambled

_Key = tuple[int, int]


@TENSORFLOW.imports("RandomUniform")
def random_uniform(shape: Value, *, seed: int = 0, seed2: int = 0, dtype: DType, context: Context) -> Value:
    """Numbers from 0 to below 1."""
    return _floats(shape, dtype, _key(seed, seed2, context))


@TENSORFLOW.imports("RandomUniformInt")
def random_uniform_int(
    shape: Value, minval: Value, maxval: Value, *, seed: int = 0, seed2: int = 0, context: Context
) -> Value:
    """Integers from minval to below maxval."""
    return _between(shape, minval, maxval, _key(seed, seed2, context))


@TENSORFLOW.imports("RandomStandardNormal")
def random_standard_normal(shape: Value, *, seed: int = 0, seed2: int = 0, dtype: DType, context: Context) -> Value:
    """Normally distributed numbers."""
    return cast(_normal(shape, _key(seed, seed2, context)), dtype)


@TENSORFLOW.imports("TruncatedNormal")
def truncated_normal(shape: Value, *, seed: int = 0, seed2: int = 0, dtype: DType, context: Context) -> Value:
    """Normally distributed numbers between -2 and 2."""
    return cast(_truncated(shape, _key(seed, seed2, context)), dtype)


@TENSORFLOW.imports("Multinomial")
def multinomial(
    logits: Value,
    num_samples: Value,
    *,
    seed: int = 0,
    seed2: int = 0,
    output_dtype: DType = DType.i64,
    context: Context,
) -> Value:
    """For each row of logarithms of probabilities, classes that are drawn by these."""
    return _drawn(logits, num_samples, output_dtype, _key(seed, seed2, context))


def _stateless_uniform(shape: Value, seed: Value, *, dtype: DType) -> Value:
    return _floats(shape, dtype, _of(seed))


def _stateless_normal(shape: Value, seed: Value, *, dtype: DType) -> Value:
    return cast(_normal(shape, _of(seed)), dtype)


def _stateless_truncated(shape: Value, seed: Value, *, dtype: DType) -> Value:
    return cast(_truncated(shape, _of(seed)), dtype)


def _stateless_uniform_v2(shape: Value, key: Value, counter: Value, alg: Value, *, dtype: DType) -> Value:
    return _floats(shape, dtype, _counted(key, counter, alg))


def _stateless_normal_v2(shape: Value, key: Value, counter: Value, alg: Value, *, dtype: DType) -> Value:
    return cast(_normal(shape, _counted(key, counter, alg)), dtype)


def _stateless_truncated_v2(shape: Value, key: Value, counter: Value, alg: Value, *, dtype: DType) -> Value:
    return cast(_truncated(shape, _counted(key, counter, alg)), dtype)


_F32 = {"dtype": (DType, DType.f32)}
for _name, _make, _make_v2 in (
    ("StatelessRandomUniform", _stateless_uniform, _stateless_uniform_v2),
    ("StatelessRandomNormal", _stateless_normal, _stateless_normal_v2),
    ("StatelessTruncatedNormal", _stateless_truncated, _stateless_truncated_v2),
):
    TENSORFLOW.imports(_name)(named(_make, "shape seed", **_F32))
    TENSORFLOW.imports(f"{_name}V2")(named(_make_v2, "shape key counter alg", **_F32))


@TENSORFLOW.imports("StatelessRandomUniformInt")
def stateless_random_uniform_int(shape: Value, seed: Value, minval: Value, maxval: Value) -> Value:
    """Integers from minval to below maxval."""
    return _between(shape, minval, maxval, _of(seed))


@TENSORFLOW.imports("StatelessRandomUniformIntV2")
def stateless_random_uniform_int_v2(
    shape: Value, key: Value, counter: Value, alg: Value, minval: Value, maxval: Value
) -> Value:
    """Integers from minval to below maxval."""
    return _between(shape, minval, maxval, _counted(key, counter, alg))


@TENSORFLOW.imports("StatelessMultinomial")
def stateless_multinomial(logits: Value, num_samples: Value, seed: Value, *, output_dtype: DType = DType.i64) -> Value:
    """For each row of logarithms of probabilities, classes that are drawn by these."""
    return _drawn(logits, num_samples, output_dtype, _of(seed))


@TENSORFLOW.imports("StatelessRandomGetKeyCounter")
def stateless_random_get_key_counter(seed: Value) -> tuple[Value, ...]:
    """The key and the first counter of a pair of seeds."""
    key, upper = _of(seed)
    graph = seed.graph
    return graph.constant(np.array([key], np.uint64)), graph.constant(np.array([0, upper], np.uint64))


@TENSORFLOW.imports("StatelessRandomGetAlg")
def stateless_random_get_alg(*, context: Context) -> Value:
    """The number of Philox."""
    return context.graph.constant(np.array(1, np.int32))


def _key(seed: int, seed2: int, context: Context) -> _Key:
    """The key and the upper half of the counter."""
    if seed == 0 and seed2 == 0:
        return zlib.crc32(context.node.title.encode()), 0
    return seed % 2**63, seed2 % 2**63


def _of(seed: Value) -> _Key:
    pair = required_ints(seed, "the input 'seed'")
    if len(pair) != 2:
        raise UnsupportedError(f"the seed has {len(pair)} numbers; it must have two")
    return scrambled((pair[0], pair[1]))


def _counted(key: Value, counter: Value, alg: Value) -> _Key:
    if required_int(alg, "the input 'alg'") not in (1, 3):
        raise UnsupportedError("only Philox draws random numbers here (alg 1 or 3)")
    own = required_array(key, "the input 'key'").ravel()
    start = required_array(counter, "the input 'counter'").ravel()
    if own.size < 1:
        raise InputError("the input 'key' must hold one number, it has none")
    if start.size != 2 or int(start[0]) != 0:
        raise UnsupportedError("the lower half of the counter must be zero")
    return int(own[0]), int(start[1])


def _uniform(shape: Value, dtype: DType, low: Value | float, high: Value | float, key: _Key) -> Value:
    bounds = [x if isinstance(x, Value) else np.array(x, dtype.numpy) for x in (low, high)]
    return RandomUniform(dtype, *key)(wide(shape), *bounds)


def _floats(shape: Value, dtype: DType, key: _Key) -> Value:
    own = dtype if dtype in (DType.f32, DType.f16, DType.f64) else DType.f32
    return cast(_uniform(shape, own, 0.0, 1.0, key), dtype)


def _between(shape: Value, low: Value, high: Value, key: _Key) -> Value:
    return _uniform(shape, low.type.dtype, low, high, key)


def _normal(shape: Value, key: _Key) -> Value:
    """By Box and Muller: of each two numbers the sine and the cosine."""
    count = ReduceProd(True)(wide(shape), ints(0)) if shape.type.elements != 0 else shape.graph.constant(ints(1))
    even = Add()(count, FloorMod()(count, ints(2)))
    radius, angle = Split(2).all(Reshape()(_uniform(even, DType.f32, 0.0, 1.0, key), ints(-1, 2)), integer(1))
    length = Sqrt()(Multiply()(Log()(Maximum()(radius, 1e-7)), -2.0))
    turn = Multiply()(angle, float(np.float32(2 * np.pi)))
    pairs = Concat(1)(Multiply()(Sin()(turn), length), Multiply()(Cos()(turn), length))
    flat = Slice()(Reshape()(pairs, ints(-1)), ints(0), count, ints(1), ints(0))
    return Reshape()(flat, shape)


_TRIES = 5


def _truncated(shape: Value, key: _Key) -> Value:
    """The first of a few draws that is near enough; 0 where none is."""
    tries = Concat(0)(shape.graph.constant(ints(_TRIES)), wide(shape)) if shape.type.elements != 0 else None
    drawn = _normal(shape.graph.constant(ints(_TRIES)) if tries is None else tries, key)
    made: Value | None = None
    for number in range(_TRIES):
        one = Gather()(drawn, integer(number), integer(0))
        fits = Less()(Abs()(one), 2.0)
        made = Select()(fits, one, like(one, 0) if made is None else made)
    assert made is not None
    return made


def _drawn(logits: Value, count: Value, dtype: DType, key: _Key) -> Value:
    numbers = cast(logits, DType.f32)
    weights = Exp()(Subtract()(numbers, ReduceMax(True)(numbers, ints(1))))
    upto, total = CumSum()(weights, integer(1)), ReduceSum(True)(weights, ints(1))
    shape = Concat(0)(sizes(logits, (0,)), Reshape()(wide(count), ints(1)))
    drawn = Multiply()(_uniform(shape, DType.f32, 0.0, 1.0, key), total)
    below = LessEqual()(Unsqueeze()(upto, ints(1)), Unsqueeze()(drawn, ints(2)))
    return cast(ReduceSum()(cast(below, DType.i32), ints(2)), dtype)
