"""Sequences and optionals against onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx.backend.test.loader
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import Loop
from dldt.compiler.verify import verify
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import reference, save
from tests.frontends.onnx_text import check_text, model_of_text

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def run(text: str, feed: dict[str, Any], folder: Path, opset: int = 17) -> None:
    """The outputs, those of sequences item by item, are onnxruntime's."""
    model = model_of_text(text, opset)
    graph = import_onnx(save(model, folder))
    verify(graph)
    found = interpret(graph, feed)
    for info, want in zip(model.graph.output, reference(model, feed), strict=True):
        names = [f"{info.name}.{i}" for i in range(len(want))] if isinstance(want, list) else [info.name]
        for name, array in zip(names, want if isinstance(want, list) else [want], strict=True):
            np.testing.assert_array_equal(found[name], array)
    assert len(found) == sum(len(w) if isinstance(w, list) else 1 for w in reference(model, feed))


def test_construct_insert_erase_at_and_length(tmp_path: Path) -> None:
    text = """g (float[2,3,4] x) => (seq(float) s, float[2,3,4] y, int64 n) {
      a = Neg(x)
      b = Relu(a)
      q = SequenceConstruct(x, a)
      one = Constant <value = int64 {1}> ()
      minus = Constant <value = int64 {-1}> ()
      r = SequenceInsert(q, b, one)
      t = SequenceInsert(r, x)
      u = SequenceErase(t, one)
      s = SequenceErase(u)
      y = SequenceAt(t, minus)
      n = SequenceLength(t)
    }"""
    run(text, {"x": X}, tmp_path)


@pytest.mark.parametrize(("axis", "new"), [(0, 0), (1, 0), (-1, 0), (0, 1), (2, 1), (-1, 1)])
def test_split_and_concat(axis: int, new: int, tmp_path: Path) -> None:
    """onnxruntime refuses some of these axes: what is joined is numpy's."""
    text = """g (float[2,3,4] x) => (seq(float) t, seq(float) u) {
      parts = Constant <value = int64[2] {1, 3}> ()
      t = SplitToSequence <axis = 2> (x, parts)
      u = SplitToSequence <axis = 1, keepdims = 0> (x)
    }"""
    run(text, {"x": X}, tmp_path)
    text = f"""g (float[2,3,4] x) => (float[A,B,C] y) {{
      two = Constant <value = int64 {{2}}> ()
      s = SplitToSequence <axis = -1> (x, two)
      y = ConcatFromSequence <axis = {axis}, new_axis = {new}> (s)
    }}"""
    graph = import_onnx(save(model_of_text(text.replace("A,B,C", "A,B,C,D") if new else text), tmp_path))
    parts = [X[..., :2], X[..., 2:]]
    want = np.stack(parts, axis) if new else np.concatenate(parts, axis)
    np.testing.assert_array_equal(interpret(graph, {"x": X})["y"], want)


GROWING = """g (float[2,3] x, int64 M) => (float[A,2,3] y, float[B,3] z, float[2,C] w, float[2,3] last, int64 n) {
  empty = SequenceEmpty()
  final, seq = Loop <body = b (int64 i, bool c, float[2,3] a, seq(float) s) =>
                            (bool c2, float[2,3] d, seq(float) t) {
    d = Add(a, x)
    e = Mul(d, a)
    t = SequenceInsert(s, e)
    c2 = Identity(c)
  }> (M, , x, empty)
  y = ConcatFromSequence <axis = 0, new_axis = 1> (seq)
  z = ConcatFromSequence <axis = 0> (seq)
  w = ConcatFromSequence <axis = 1> (seq)
  minus = Constant <value = int64 {-1}> ()
  last = SequenceAt(seq, minus)
  n = SequenceLength(seq)
}"""


def test_a_sequence_that_grows_in_a_loop_is_a_scan_output(tmp_path: Path) -> None:
    graph = check_text(GROWING, [{"x": X[0, :2, :3], "M": np.array(m)} for m in (1, 4)], tmp_path)
    (op,) = [node.op for node in graph.order() if isinstance(node.op, Loop)]
    assert len(op.scans) == len(op.carried) == 1


def test_a_loop_of_known_length_over_a_sequence_is_imported_turn_by_turn(tmp_path: Path) -> None:
    text = (
        """g (float[4] x) => (seq(float) y, float[3] all) {
      first = SequenceConstruct(x)
      M = Constant <value = int64 {3}> ()
      y, all = Loop <body = b (int64 i, bool c, seq(float) s) => (bool c2, seq(float) t, float h) {
        item = SequenceAt(s, i)
        zero = Constant <value = int64[1] {0}> ()
        one = Constant <value = int64 {1}> ()
        ends = Add(i, one)
        end = Unsqueeze(ends, zero)
        part = Slice(item, zero, end)
        t = SequenceInsert(s, part)
        h = ReduceSum <keepdims = 0> (part)
        c2 = Identity(c)
      }> (M, , first)
    }""".replace("float[3,1] all", "float[3] all")
        .replace("float[1] h", "float h")
        .replace("hh = Unsqueeze(h, zero)", "")
    )
    run(text, {"x": X[0, 0]}, tmp_path)


def test_a_sequence_of_fixed_length_is_carried_item_by_item(tmp_path: Path) -> None:
    text = """g (float[2,3] x, int64 M) => (seq(float) y) {
      a = Neg(x)
      first = SequenceConstruct(x, a)
      y = Loop <body = b (int64 i, bool c, seq(float) s) => (bool c2, seq(float) t) {
        zero = Constant <value = int64 {0}> ()
        one = Constant <value = int64 {1}> ()
        p = SequenceAt(s, zero)
        q = SequenceAt(s, one)
        r = Add(p, q)
        u = SequenceConstruct(q, r)
        t = Identity(u)
        c2 = Identity(c)
      }> (M, , first)
    }"""
    run(text, {"x": X[0, :2, :3], "M": np.array(3)}, tmp_path)


def test_branches_give_sequences(tmp_path: Path) -> None:
    text = """g (float[2,3] x, bool b) => (seq(float) y) {
      y = If (b) <
        then_branch = t () => (seq(float) p) { n = Neg(x)  p = SequenceConstruct(x, n) },
        else_branch = e () => (seq(float) q) { r = Relu(x)  q = SequenceConstruct(r, x) }
      >
    }"""
    for value in (True, False):
        run(text, {"x": X[0, :2, :3] - 3, "b": np.array(value)}, tmp_path)


def test_map(tmp_path: Path) -> None:
    text = """g (float[2,3,4] x, float[3,4] w) => (seq(float) y, seq(int64) n) {
      s = SplitToSequence <axis = 0, keepdims = 0> (x)
      y, n = SequenceMap <body = b (float[3,4] p, float[3,4] q) => (float[3,4] r, int64[2] m) {
        r = Add(p, q)
        m = Shape(r)
      }> (s, w)
    }"""
    model = model_of_text(text)
    graph = import_onnx(save(model, tmp_path))
    found = interpret(graph, {"x": X, "w": X[1]})
    for i in range(2):
        np.testing.assert_array_equal(found[f"y.{i}"], X[i] + X[1])
        np.testing.assert_array_equal(found[f"n.{i}"], [3, 4])


def test_optionals(tmp_path: Path) -> None:
    text = """g (float[2,3] x) => (float[2,3] y, bool a, bool b) {
      o = Optional(x)
      a = OptionalHasElement(o)
      none = Optional <type = float[1]> ()
      b = OptionalHasElement(none)
      g = OptionalGetElement(o)
      y = Neg(g)
    }"""
    text = text.replace(" <type = float[1]> ()", "()")
    model = model_of_text(text, 18)
    model.graph.node[2].attribute.append(
        onnx.helper.make_attribute("type", onnx.helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, [1]))
    )
    found = interpret(import_onnx(save(model, tmp_path)), {"x": X[0, :2, :3]})
    assert (found["a"].item(), found["b"].item()) == (True, False)
    np.testing.assert_array_equal(found["y"], -X[0, :2, :3])


def _cases() -> list[Any]:
    cases = onnx.backend.test.loader.load_model_tests(kind="node")
    wanted = ("test_sequence_", "test_loop1", "test_scan", "test_if_seq", "test_identity_sequence")
    newest = 25
    found = [case for case in cases if case.name.startswith(wanted) and "scatter" not in case.name]
    return [c for c in found if max(o.version for o in c.model.opset_import) <= newest]


REFUSED = {
    "test_loop13_seq": "is a sequence of tensors",
}
"""A sequence that is empty, so that no item can be named."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_the_cases_of_onnx(case: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(case.model.SerializeToString())
    ((inputs, outputs),) = case.data_sets
    feeds: dict[str, Any] = {}
    for info, value in zip(case.model.graph.input, inputs, strict=True):
        items = enumerate(value) if isinstance(value, list) else ()
        feeds |= {f"{info.name}.{i}": np.asarray(x) for i, x in items} or {info.name: value}
    specs = {name: InputSpec.of(x.shape) for name, x in feeds.items() if isinstance(x, np.ndarray)}
    if case.name in REFUSED:
        with pytest.raises(UnsupportedError, match=REFUSED[case.name]):
            import_onnx(path, specs)
        return
    found = interpret(import_onnx(path, specs), feeds)
    for info, want in zip(case.model.graph.output, outputs, strict=True):
        if f"{info.name}.sizes" in found:
            flat, most = np.concatenate([np.ravel(item) for item in want]), max(item.ndim for item in want)
            np.testing.assert_allclose(found[info.name], flat.reshape(found[info.name].shape), rtol=1e-5)
            sizes = [[-1] * (most - item.ndim) + list(item.shape) for item in want]
            assert found[f"{info.name}.sizes"].tolist() == [size[:1] for size in sizes]
            continue
        for i, array in enumerate(want if isinstance(want, list) else [want]):
            name = f"{info.name}.{i}" if isinstance(want, list) else info.name
            np.testing.assert_allclose(found[name], array, rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("s = SequenceConstruct(x, x)  y = Neg(s)", InputError, "input 'X' of Neg must be a tensor, 's' is none"),
        ("y = SequenceAt(x, i)", InputError, "a sequence is needed, this is a tensor"),
        (
            "z = ReduceSum <keepdims = 0> (x)  s = SequenceConstruct(x, z)  t = SequenceErase(s, i)"
            "  y = ConcatFromSequence <axis = 0> (t)",
            UnsupportedError,
            "items of different ranks cannot be joined",
        ),
        (
            "s = SequenceConstruct(x, i)  t = SequenceErase(s, i)  y = ConcatFromSequence <axis = 0> (t)",
            UnsupportedError,
            r"the items of a sequence must have one element type where it changes: f32\[2\], i64\[\]",
        ),
        (
            "s = SequenceEmpty()  y = ConcatFromSequence <axis = 0> (s)",
            InputError,
            "ConcatFromSequence takes an empty sequence",
        ),
    ],
)
def test_what_cannot_be_is_said(text: str, kind: type[Exception], message: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=message):
        import_onnx(save(model_of_text(f"g (float[2] x, int64 i) => (float[2] y) {{ {text} }}"), tmp_path))


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_items_may_have_different_ranks(gone: int, tmp_path: Path) -> None:
    """The sizes of an item with fewer dims begin with -1; an item that is taken out has a rank of its own."""
    text = """
        g (float[2,2] x, int64 i, int64 j) => (seq(float) t, float[] y) {
            z = ReduceSum <keepdims = 0> (x)
            k = Constant <value_ints = [1]> ()
            v = ReduceSum <keepdims = 0> (x, k)
            s = SequenceConstruct (x, z)
            e = SequenceErase (s, i)
            w = SequenceInsert (e, v)
            t = SequenceInsert (w, x, j)
            y = SequenceAt (t, j)
        }"""
    x = np.array([[1, 2], [3, 4]], np.float32)
    items = [x, np.float32(10)]
    place = gone % 2
    del items[place]
    items.append(np.array([3, 7], np.float32))
    items.insert(gone, x)
    found = interpret(
        import_onnx(save(model_of_text(text), tmp_path)), {"x": x, "i": np.array(place), "j": np.array(gone)}
    )
    assert found["t.sizes"].tolist() == [[-1] * (2 - np.ndim(item)) + list(np.shape(item)) for item in items]
    np.testing.assert_array_equal(found["t"].ravel(), np.concatenate([np.ravel(item) for item in items]))
    np.testing.assert_array_equal(found["y"], x)


@pytest.mark.parametrize("empty", [True, False])
def test_an_optional_that_has_no_value_in_one_branch(empty: bool, tmp_path: Path) -> None:
    """Beside the items stands whether they are there."""
    text = """
        g (float[2] x, bool c) => (optional(seq(float[2])) y, bool h) {
            y = If (c) <
                then_branch = t () => (optional(seq(float[2])) a) {
                    a = Optional <type: type_proto = seq(float[2])> ()
                },
                else_branch = e () => (optional(seq(float[2])) b) {
                    s = SequenceConstruct (x)
                    b = Optional (s)
                }>
            h = OptionalHasElement (y)
        }"""
    x = np.array([1, 2], np.float32)
    found = interpret(import_onnx(save(model_of_text(text), tmp_path)), {"x": x, "c": np.array(empty)})
    assert found["y.present"] == found["h"] == (not empty)
    np.testing.assert_array_equal(found["y.0"], 0 * x if empty else x)
