"""The operations of onnxruntime's own domain, against onnxruntime: interpreted as imported, and as native code."""

from __future__ import annotations

import numpy as np
import pytest

import dldt
from dldt.codegen.host import resolve_target
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime import load
from dldt.runtime.errors import RuntimeInputError
from tests.codegen.native import run_native
from tests.frontends.onnx_node import feeds_of, model_of, reference, save

F32, I64, I32, U8, I8 = np.float32, np.int64, np.int32, np.uint8, np.int8
RNG = np.random.default_rng(11)


def normal(*shape):
    return RNG.standard_normal(shape).astype(F32)


def whole(low, high, *shape, dtype=I64):
    return RNG.integers(low, high, shape).astype(dtype)


@pytest.fixture
def same(tmp_path):
    """Whether a node gives what onnxruntime gives; outputs that are None there are not compared."""

    def compare(
        op_type, inputs, *, constants=(), outputs=1, opset=17, domain="com.microsoft", rtol=2e-5, units=0, **attributes
    ):
        model = model_of(op_type, inputs, opset, constants, outputs, domain, **attributes)
        feeds = feeds_of(model, inputs)
        wanted = reference(model, feeds)
        graph = import_onnx(save(model, tmp_path))
        plain = interpret(graph, feeds)
        run_pipeline(graph, default_pipeline())
        native = run_native(graph, feeds, resolve_target("host"), tmp_path)
        for node, want in zip(graph.outputs, wanted, strict=True):
            for made in (plain[node.name], native[node.name]):
                assert (made.dtype, made.shape) == (want.dtype, want.shape)
                if want.dtype.kind == "f":
                    scale = max(float(np.abs(want).max(initial=0)), 1e-3)
                    np.testing.assert_allclose(made, want, rtol=rtol, atol=rtol * scale)
                else:
                    assert np.abs(made.astype(I64) - want).max(initial=0) <= units

    return compare


X = normal(2, 5, 8)


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes"),
    [
        ("Gelu", [X], {}),
        ("BiasGelu", [X, normal(8)], {}),
        ("FastGelu", [X], {}),
        ("FastGelu", [X, normal(8)], {}),
        ("QuickGelu", [X], {"alpha": 1.3}),
        ("QuickGelu", [X], {}),
    ],
    ids=str,
)
def test_activations(same, op_type, inputs, attributes):
    same(op_type, inputs, rtol=1e-4 if op_type == "FastGelu" else 2e-5, **attributes)


@pytest.mark.parametrize(
    ("a", "b", "attributes"),
    [
        ((3, 4, 5), (3, 5, 6), {}),
        ((3, 5, 4), (3, 5, 6), {"transA": 1, "alpha": 0.5}),
        ((4, 5), (6, 5), {"transB": 1, "alpha": -2.0}),
        ((4, 3, 5), (3, 5, 6), {"transBatchA": 1}),
        ((4, 3, 5), (6, 3, 5), {"transBatchA": 1, "transBatchB": 1, "transB": 1}),
        ((5, 2, 3, 4), (2, 3, 5, 6), {"transBatchA": 1, "transA": 1}),
    ],
    ids=str,
)
def test_fused_matmul(same, a, b, attributes):
    same("FusedMatMul", [normal(*a), normal(*b)], **attributes)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("Relu", ()), ("Tanh", ()), ("Sigmoid", ()), ("LeakyRelu", (0.1,)), ("HardSigmoid", (0.3, 0.4))],
)
def test_fused_gemm_and_conv(same, name, numbers):
    fields = dict(zip(("activation_alpha", "activation_beta"), numbers, strict=False))
    same("FusedGemm", [normal(3, 4), normal(4, 5), normal(5)], activation=name, alpha=0.7, **fields)
    given = {"activation_params": list(numbers)} if numbers else {}
    image, filters, bias = normal(1, 3, 6, 6), normal(4, 3, 3, 3), normal(4)
    same("FusedConv", [image, filters, bias], activation=name, pads=[1, 1, 1, 1], **given)


def test_fused_conv_adds_before_it_activates(same):
    inputs = [normal(1, 3, 6, 6), normal(4, 3, 3, 3), normal(4), normal(1, 4, 6, 6)]
    same("FusedConv", inputs, activation="Relu", pads=[1, 1, 1, 1])
    same("FusedConv", inputs[:2], activation="Clip", activation_params=[-0.5, 0.5])


@pytest.mark.parametrize("kind", [U8, I8])
@pytest.mark.parametrize("columns", [False, True])
def test_integer_products_to_floats(same, kind, columns):
    a, b = whole(0, 255, 2, 5, 16, dtype=U8), whole(0, 120, 16, 6, dtype=kind)
    scale = RNG.uniform(0.01, 0.02, 6 if columns else 1).astype(F32)
    zero = whole(0, 9, 6 if columns else 1, dtype=kind)
    scale, zero = (scale, zero) if columns else (scale[0], zero[0])
    same("MatMulIntegerToFloat", [a, b, F32(0.01), scale, U8(120), zero, normal(6)], constants=(1, 3, 5))
    same("MatMulIntegerToFloat", [a, b, F32(0.01), scale], constants=(1, 3))
    same("DynamicQuantizeMatMul", [normal(2, 5, 16), b, scale, zero, normal(6)], constants=(1, 2, 3), rtol=1e-4)


def test_q_gemm(same):
    a, b, c = whole(0, 255, 5, 16, dtype=U8), whole(-100, 100, 6, 16, dtype=I8), whole(-900, 900, 6, dtype=I32)
    scale = RNG.uniform(0.01, 0.02, 6).astype(F32)
    shared = [a, F32(0.01), U8(110), b, scale, np.zeros(6, I8), c]
    same("QGemm", shared, transB=1, constants=(3, 4, 5, 6))
    same("QGemm", [*shared, F32(0.2), U8(9)], transB=1, constants=(3, 4, 5, 6), units=1)


def test_normalisations(same):
    skip, gamma, beta, bias = normal(2, 5, 8), normal(8), normal(8), normal(8)
    same("SkipLayerNormalization", [X, skip, gamma, beta, bias], epsilon=1e-5)
    same("SkipLayerNormalization", [X, skip, gamma])
    same("SkipSimplifiedLayerNormalization", [X, skip, gamma, bias], epsilon=1e-5)
    same("SimplifiedLayerNormalization", [X, gamma], domain="", epsilon=1e-6, outputs=2)
    same("LayerNormalization", [X, gamma, beta], domain="", opset=13)


def test_the_sum_of_a_skip_is_an_output(same, tmp_path):
    model = model_of("SkipLayerNormalization", [X, normal(2, 5, 8), normal(8)], 17, (), 4, "com.microsoft")
    node = model.graph.node[0]
    node.output[1] = node.output[2] = ""
    del model.graph.output[1:3]
    feeds = feeds_of(model, [X, normal(2, 5, 8), normal(8)])
    wanted = reference(model, feeds)
    made = interpret(import_onnx(save(model, tmp_path)), feeds)
    for array, want in zip(made.values(), wanted, strict=True):
        np.testing.assert_allclose(array, want, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("segments", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_embeddings(same, segments, masked):
    ids = whole(0, 20, 2, 5, dtype=I32)
    kinds = whole(0, 2, 2, 5, dtype=I32) if segments else None
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], I32) if masked else None
    tables = [normal(20, 8), normal(9, 8), normal(2, 8) if segments else None]
    same("EmbedLayerNormalization", [ids, kinds, *tables, normal(8), normal(8), mask], outputs=2)


def masks(batch, old, new):
    """Every kind of mask for ``old`` keys before ``new`` ones."""
    total = old + new
    ends, starts = whole(1, total + 1, batch, dtype=I32), np.zeros(batch, I32)
    raw = (RNG.uniform(size=(batch, total)) < 0.7).astype(I32)
    raw[:, 0] = 1
    full = (RNG.uniform(size=(batch, new, total)) < 0.7).astype(I32)
    full[..., 0] = 1
    return [None, ends, np.concatenate([ends, starts]), raw, full]


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("past", [0, 3])
@pytest.mark.parametrize("unidirectional", [0, 1])
def test_attention(same, which, past, unidirectional):
    mask = masks(2, past, 5)[which]
    before = normal(2, 2, 2, past, 4) if past else None
    inputs = [X, normal(8, 24), normal(24), mask, before]
    same("Attention", inputs, num_heads=2, unidirectional=unidirectional, outputs=2)


def test_attention_with_a_bias_and_sizes(same):
    bias = normal(2, 2, 5, 5)
    same("Attention", [X, normal(8, 24), normal(24), None, None, bias], num_heads=2, scale=0.3)
    same("Attention", [X, normal(8, 28), normal(28)], num_heads=2, qkv_hidden_sizes=[8, 8, 12])


def test_q_attention(same):
    x, weight = whole(0, 255, 2, 5, 8, dtype=U8), whole(-100, 100, 8, 24, dtype=I8)
    inputs = [x, weight, normal(24), F32(0.01), F32(0.01), None, U8(120), I8(0)]
    same("QAttention", inputs, num_heads=2, constants=(1, 4, 7))


@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_attention(same, masked):
    q, k, v = normal(2, 5, 8), normal(2, 7, 8), normal(2, 7, 12)
    mask = masks(2, 2, 5)[3] if masked else None
    same("MultiHeadAttention", [q, k, v, normal(28), mask], num_heads=2)
    same("MultiHeadAttention", [q, k, v, None, mask, normal(1, 2, 5, 7)], num_heads=2, scale=0.5)


def test_multi_head_attention_packed_and_with_a_past(same):
    q, k, v = (normal(2, 5, 8) for _ in range(3))
    past = [normal(2, 2, 3, 4), normal(2, 2, 3, 4)]
    for unidirectional in (0, 1):
        inputs = [q, k, v, None, None, None, *past]
        same("MultiHeadAttention", inputs, num_heads=2, outputs=3, unidirectional=unidirectional)
    same("MultiHeadAttention", [q, normal(2, 2, 7, 4), normal(2, 2, 7, 4)], num_heads=2)


def test_packed_keys_and_values(tmp_path):
    """onnxruntime has no kernel for them; it gives what their parts do."""
    q, k, v = normal(2, 5, 8), normal(2, 5, 8), normal(2, 5, 8)
    apart = [x.reshape(2, 5, 2, 4) for x in (q, k, v)]
    packed = {3: [np.stack(apart, 3)], 2: [q, np.stack(apart[1:], 3)]}
    (want,) = reference(model := model_of("MultiHeadAttention", [q, k, v], 17, (), 1, "com.microsoft", num_heads=2),
                        feeds_of(model, [q, k, v]))  # fmt: skip
    for inputs in packed.values():
        model = model_of("MultiHeadAttention", inputs, 17, (), 1, "com.microsoft", num_heads=2)
        made = interpret(import_onnx(save(model, tmp_path)), feeds_of(model, inputs))["y0"]
        np.testing.assert_allclose(made, want, rtol=1e-5, atol=1e-5)


def caches(positions=16, half=4):
    angles = np.arange(positions)[:, None] / 10 ** (np.arange(half) / half)
    return np.cos(angles).astype(F32), np.sin(angles).astype(F32)


@pytest.mark.parametrize("interleaved", [0, 1])
def test_rotary_embedding(same, interleaved):
    cos, sin = caches()
    positions = whole(0, 9, 2, 5)
    same("RotaryEmbedding", [normal(2, 5, 16), positions, cos, sin], interleaved=interleaved)
    same("RotaryEmbedding", [normal(2, 2, 5, 8), np.array([3]), cos, sin], interleaved=interleaved)
    part = {"num_heads": 2, "rotary_embedding_dim": 4}
    same("RotaryEmbedding", [normal(2, 5, 16), positions, cos[:, :2], sin[:, :2]], interleaved=interleaved, **part)


@pytest.mark.parametrize("window", [-1, 2])
@pytest.mark.parametrize("rotary", [0, 1])
def test_group_query_attention(same, window, rotary):
    fields = {"num_heads": 4, "kv_num_heads": 2, "do_rotary": rotary, "local_window_size": window, "outputs": 3}
    tables = list(caches(16, 8)) if rotary else []
    new = [normal(2, 5, 64), normal(2, 5, 32), normal(2, 5, 32)]
    none = [normal(2, 2, 0, 16), normal(2, 2, 0, 16)]
    same("GroupQueryAttention", [*new, *none, np.array([4, 4], I32), I32(5), *tables], **fields)
    one, past = [normal(2, 1, 64), normal(2, 1, 32), normal(2, 1, 32)], [normal(2, 2, 6, 16), normal(2, 2, 6, 16)]
    same("GroupQueryAttention", [*one, *past, np.array([6, 6], I32), I32(7), *tables], **fields)


def test_group_query_attention_packed_and_capped(same):
    fields = {"num_heads": 4, "kv_num_heads": 2, "outputs": 3, "softcap": 5.0, "scale": 0.4}
    none = [normal(2, 2, 0, 16), normal(2, 2, 0, 16)]
    same("GroupQueryAttention", [normal(2, 5, 128), None, None, *none, np.array([4, 4], I32), I32(5)], **fields)


def test_group_query_attention_of_rows_of_different_lengths(same):
    fields = {"num_heads": 4, "kv_num_heads": 2, "do_rotary": 1, "outputs": 3}
    one, past = [normal(2, 1, 64), normal(2, 1, 32), normal(2, 1, 32)], [normal(2, 2, 6, 16), normal(2, 2, 6, 16)]
    total = {"constants": (6,)}
    same("GroupQueryAttention", [*one, *past, np.array([6, 3], I32), I32(7), *caches(16, 8)], **fields, **total)


def test_group_query_attention_of_free_sizes(tmp_path):
    """A prompt, the next words, and a cache that is longer than what it holds: the present is as long as data say."""
    tables = caches(16, 8)

    def feed(new, past, total):
        keys, older = [normal(1, new, 32) for _ in range(2)], [normal(1, 2, past, 16) for _ in range(2)]
        return [normal(1, new, 64), *keys, *older, np.array([total - 1], I32), I32(total), *tables]

    fields = {"num_heads": 4, "kv_num_heads": 2, "do_rotary": 1}
    model = model_of("GroupQueryAttention", feed(1, 6, 7), 17, (7, 8), 3, "com.microsoft", **fields)
    for info in model.graph.input[:5]:
        axis, name = (1, "S") if info.name in ("x0", "x1", "x2") else (2, "P")
        info.type.tensor_type.shape.dim[axis].dim_param = name
    dldt.compile_model(save(model, tmp_path), tmp_path / "model.so")
    with load(tmp_path / "model.so") as compiled:
        for sizes in ((5, 0, 5), (1, 6, 7), (1, 7, 8), (1, 10, 7)):
            feeds = feeds_of(model, feed(*sizes))
            for made, want in zip(compiled.run(feeds).values(), reference(model, feeds), strict=True):
                np.testing.assert_allclose(made, want, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("zeros", ["none", "packed", "floats"])
def test_matmul_n_bits(same, bits, zeros):
    if (bits, zeros) == (8, "floats"):
        pytest.skip("onnxruntime has no kernel for it")
    rows, depth, block = 6, 40, 16
    blocks = -(-depth // block)
    packed = whole(0, 256, rows, blocks, block * bits // 8, dtype=U8)
    scale = RNG.uniform(0.01, 0.02, rows * blocks).astype(F32)
    start = {
        "none": None,
        "packed": whole(0, 256, rows * -(-blocks * bits // 8), dtype=U8),
        "floats": RNG.uniform(0, 9, rows * blocks).astype(F32),
    }[zeros]
    inputs = [normal(2, 5, depth), packed, scale, start, None, normal(rows)]
    same("MatMulNBits", inputs, constants=(1, 2, 3, 5), K=depth, N=rows, bits=bits, block_size=block, rtol=1e-4)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("zeros", [False, True])
def test_gather_block_quantized(same, bits, zeros):
    table = whole(0, 256, 10, 32 * bits // 8, dtype=U8)
    scale = RNG.uniform(0.01, 0.02, (10, 2)).astype(F32)
    start = [whole(0, 256, 10, 2 * bits // 8, dtype=U8)] if zeros else []
    inputs = [table, whole(0, 10, 3, 4), scale, *start]
    same("GatherBlockQuantized", inputs, constants=(0, 2, 3), bits=bits, block_size=16)


def test_other_spellings(same):
    same("Trilu", [normal(3, 4, 5), np.array(1)], upper=0)
    same("GridSample", [normal(1, 2, 5, 6), RNG.uniform(-1.1, 1.1, (1, 3, 4, 2)).astype(F32)], align_corners=1)
    same("Range", [np.array(2.0, F32), np.array(9.0, F32), np.array(1.5, F32)], constants=(0, 1, 2))
    same("Range", [np.array(2), np.array(9)], constants=(0, 1))
    same("ExpandDims", [X, np.array(-1, I32)], constants=(1,))
    same("Unique", [np.array([3, 1, 3, 2, 1, 7], F32)], outputs=3)


@pytest.mark.parametrize("metric", ["sqeuclidean", "euclidean"])
def test_distances(same, metric):
    same("CDist", [normal(5, 7), normal(6, 7)], metric=metric)


@pytest.mark.parametrize("last", [0, 1])
def test_quantised_pooling_and_convolution(same, last):
    x = whole(0, 255, 1, 8, 8, 4, dtype=U8) if last else whole(0, 255, 1, 4, 8, 8, dtype=U8)
    fields = {"channels_last": last, "pads": [1, 1, 1, 1]}
    pool = [x, F32(0.1), U8(100), F32(0.12), U8(90)]
    same("QLinearAveragePool", pool, kernel_shape=[3, 3], strides=[2, 2], units=1, **fields)
    filters = whole(-100, 100, 6, 4, 3, 3, dtype=I8)
    scale = RNG.uniform(0.01, 0.02, 6).astype(F32)
    given = [x, F32(0.1), U8(100), filters, scale, np.zeros(6, I8), F32(0.5), U8(110), whole(-900, 900, 6, dtype=I32)]
    same("QLinearConv", given, constants=range(1, 9), units=1, kernel_shape=[3, 3], **fields)


def test_quantised_selection(same):
    x, y = whole(0, 255, 3, 4, dtype=U8), whole(0, 255, 3, 4, dtype=U8)
    choice = np.array([[True, False, True, False]])
    inputs = [choice, x, F32(0.1), U8(9), y, F32(0.2), U8(3), F32(0.15), U8(5)]
    same("QLinearWhere", inputs, constants=(2, 3, 5, 6, 7, 8), units=1)


@pytest.mark.parametrize("shape", [(5, 5), (2, 3, 4, 4)], ids=str)
def test_inverses(same, shape):
    same("Inverse", [normal(*shape) + 3 * np.eye(shape[-1], dtype=F32)], rtol=1e-4)


def test_an_inverse_of_free_sides_is_refused_where_they_differ(tmp_path):
    model = model_of("Inverse", [normal(4, 4)], 17, (), 1, "com.microsoft")
    graph = import_onnx(save(model, tmp_path), parse_inputs("x0[M,N]"))
    dldt.compile_model(graph, tmp_path / "m.so", threads=1)
    x = normal(4, 4) + 3 * np.eye(4, dtype=F32)
    with load(tmp_path / "m.so", threads=1) as compiled:
        np.testing.assert_allclose(compiled.run({"x0": x})["y0"], np.linalg.inv(x), atol=1e-5)
        with pytest.raises(RuntimeInputError, match="M=8, N=4"):
            compiled.run({"x0": normal(8, 4)})


@pytest.mark.parametrize(("bias", "axis", "inner"), [((2, 1, 1, 6), 3, 1), ((1, 3, 4, 6), 3, 0), ((2, 1, 4, 6), 2, 1)])
def test_softmax_of_biased_numbers(bias, axis, inner, tmp_path):
    """onnxruntime has no code for it on processors: by the definition, over all axes from ``axis`` on."""
    x, given = normal(2, 3, 4, 6), normal(*bias)
    model = model_of("BiasSoftmax", [x, given], 17, (), 1, "com.microsoft", axis=axis, is_inner_broadcast=inner)
    rows = np.exp((x + given).astype(np.float64)).reshape(np.prod(x.shape[:axis]), -1)
    wanted = (rows / rows.sum(1, keepdims=True)).reshape(x.shape)
    found = interpret(import_onnx(save(model, tmp_path)), feeds_of(model, [x, given]))["y0"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_convolution_of_channels_last(tmp_path):
    """onnxruntime has no code for it on processors: that for channels first gives the answer."""
    x, w, b = normal(2, 7, 6, 4), normal(8, 2, 3, 3), normal(8)
    given = {"pads": [1, 1, 1, 1], "strides": [2, 1], "group": 2}
    first = model_of("Conv", [x.transpose(0, 3, 1, 2), w, b], 17, (1, 2), **given)
    (wanted,) = reference(first, {"x0": x.transpose(0, 3, 1, 2)})
    model = model_of("NhwcConv", [x, w, b], 17, (1, 2), 1, "com.microsoft", **given)
    found = interpret(import_onnx(save(model, tmp_path)), {"x0": x})["y0"]
    np.testing.assert_allclose(found, wanted.transpose(0, 2, 3, 1), rtol=1e-5, atol=1e-5)


BLOCKED = [normal(2, 32), whole(0, 9, 6, 2, 8, dtype=U8), normal(12)]
FEW_HEADS = [X, normal(8, 24), normal(24)]


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "message"),
    [
        ("MatMulNBits", BLOCKED, {"K": 32, "N": 6, "block_size": 16}, "MatMulNBits whose B is computed"),
        ("FusedGemm", [normal(3, 4), normal(4, 5)], {"activation": "Softsign"}, "the activation 'Softsign' is not"),
        ("CDist", [normal(3, 4), normal(5, 4)], {"metric": "cityblock"}, "CDist by 'cityblock' is not supported"),
        ("Attention", FEW_HEADS, {"num_heads": 2, "do_rotary": 1}, "do_rotary = 1 is not supported"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_is_refused_says_why(op_type, inputs, attributes, message, tmp_path):
    model = model_of(op_type, inputs, 17, (), 1, "com.microsoft", **attributes)
    with pytest.raises(UnsupportedError, match=message):
        import_onnx(save(model, tmp_path))
