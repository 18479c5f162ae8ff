"""Shape arithmetic as exporters write it, with free dims, as native code against onnxruntime."""

import numpy as np

from tests.codegen.onnx_native import check_text


def _images(*sizes):
    rng = np.random.default_rng(5)
    return [{"x": rng.standard_normal((2, rows, pixels, 3)).astype(np.float32)} for rows, pixels in sizes]


def _lengths(*lengths):
    rng = np.random.default_rng(6)
    return [{"x": rng.standard_normal((2, length)).astype(np.float32)} for length in lengths]


def test_pads_that_are_reversed_as_a_matrix(tmp_path):
    """Pads by pairs from the last axis, as torch writes them, become begins and ends through Slice and Transpose."""
    text = """g (float[2,H,W,3] x) => (float[2,P,Q,3] y)
<int64[1] one={1}, int64[1] two={2}, int64[1] three={3}, int64[1] zero={0}, int64[1] four={4}, int64[1] last={-1},
 int64[1] least={-9223372036854775807}, int64[2] pairs={-1,2}, int64[2] channels={0,0}, int64[2] batch={0,0}>
{ s = Shape (x)
 h = Slice (s, one, two)
 w = Slice (s, two, three)
 hm = Mod (h, four)
 hf = Sub (four, hm)
 hp = Mod (hf, four)
 wm = Mod (w, four)
 wf = Sub (four, wm)
 wp = Mod (wf, four)
 all = Concat <axis=0> (channels, zero, wp, zero, hp, batch)
 matrix = Reshape (all, pairs)
 turned = Slice (matrix, last, least, zero, last)
 lanes = Transpose <perm=[1,0]> (turned)
 pads = Reshape (lanes, last)
 y = Pad (x, pads) }"""
    check_text(text, _images((8, 4), (7, 10), (1, 3)), tmp_path)


ROLL = """g (float[2,N] x) => (float[2,M] y)
<int64[1] zero={0}, int64[1] by={BY}, int64[1] one={1}, int64[1] far={9223372036854775807}>
{ a = Slice (x, by, far, one)
 b = Slice (x, zero, by, one)
 r = Concat <axis=1> (a, b)
 y = Add (x, r) }"""


def test_what_two_slices_part_is_whole_again(tmp_path):
    """The sum with x needs no condition: the parts are as long as x, whatever its length."""
    for by in (2, -2):
        check_text(ROLL.replace("BY", str(by)), _lengths(1, 2, 3, 9), tmp_path)


def test_a_roll_by_the_remainder_of_a_free_length(tmp_path):
    text = """g (float[2,N] x) => (float[2,M] y)
<int64[1] zero={0}, int64[1] two={2}, int64[1] one={1}, int64[1] far={9223372036854775807}>
{ s = Shape (x)
 n = Slice (s, one, two)
 by = Mod (two, n)
 a = Slice (x, by, far, one)
 b = Slice (x, zero, by, one)
 r = Concat <axis=1> (a, b)
 y = Add (x, r) }"""
    check_text(text, _lengths(1, 2, 3, 9), tmp_path)


def test_a_bound_that_may_count_from_the_end(tmp_path):
    text = """g (float[2,N] x) => (float[2,M] y, float[2,K] z)
<int64[1] three={3}, int64[1] one={1}, int64[1] two={2}, int64[1] zero={0}>
{ s = Shape (x)
 n = Slice (s, one, two)
 by = Sub (n, three)
 y = Slice (x, by, n, one)
 z = Slice (x, zero, by, one) }"""
    check_text(text, _lengths(1, 2, 3, 4, 9), tmp_path)


def test_a_quotient_that_rounds_towards_zero(tmp_path):
    """(n - 1) / 2 + 1 rows of positions, as torch writes the length behind a convolution of stride 2."""
    text = """g (float[2,N] x) => (float[2,M] y)
<int64[1] one={1}, int64[1] two={2}, int64[1] zero={0}, int64 minus={-1}, int64 scalar_two={2}, int64 scalar_one={1},
 int64[1] vector={-1}, float[1,12] positions={0.5,1,1.5,2,2.5,3,3.5,4,4.5,5,5.5,6}, float[1,1,1] filter={2}>
{ s = Shape (x)
 part = Slice (s, one, two)
 n = Squeeze (part)
 less = Add (minus, n)
 half = Div (less, scalar_two)
 rows = Add (half, scalar_one)
 end = Reshape (rows, vector)
 p = Slice (positions, zero, end, one)
 wide = Unsqueeze (x, one)
 fewer = Conv <strides=[2]> (wide, filter)
 narrow = Squeeze (fewer, one)
 y = Add (narrow, p) }"""
    check_text(text, _lengths(1, 2, 5, 22), tmp_path)


def test_rows_that_are_written_into_zeros_of_a_computed_size(tmp_path):
    """What is the size of a tensor is not the -1 of a Reshape."""
    text = """g (int64[1] n, int64[3,1] i, float[3,4] u) => (float[a,b] y) {
 four = Constant<value = int64[1] {4}>()
 s = Concat<axis = 0>(n, four)
 z = ConstantOfShape(s)
 y = ScatterND(z, i, u) }"""
    rows = np.array([[0], [5], [2]])
    updates = np.arange(12, dtype=np.float32).reshape(3, 4)
    check_text(text, [{"n": np.array([n]), "i": rows, "u": updates} for n in (6, 9)], tmp_path)
