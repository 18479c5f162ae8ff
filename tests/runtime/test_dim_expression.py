import numpy as np
import pytest

from dldt import runtime
from dldt.runtime.dim_expression import DimExpression
from tests.codegen.artifact import build_scale


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("N", 10),
        ("2*N+M", 23),
        ("(N+1)//2", 5),
        ("N%4", 2),
        ("-M+N", 7),
        ("max(N, M*4)", 12),
        ("N//(M-3)", -1),
    ],
)
def test_value(text, value):
    assert DimExpression(text)({"N": 10, "M": 3}) == value


@pytest.mark.parametrize(
    "text",
    ["", "N(", "N.real", "f(N)", "N**9**9", "b'a'", "True", "1.5", "N if M else 1", "[N]", "-" * 299, "N+" * 200 + "1"],
)
def test_what_is_no_dim(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the parser says what it likes; whoever calls it words the refusal
        DimExpression(text)


def test_an_input_whose_dim_follows_from_another(tmp_path):
    inputs = [{"name": "x", "dtype": "f32", "shape": ["N"]}, {"name": "z", "dtype": "u8", "shape": [3, "2*N-1"]}]
    with runtime.load(build_scale(tmp_path / "m.so", inputs=inputs)) as model:
        x = np.float32([1, 1])
        np.testing.assert_array_equal(model(x, np.zeros((3, 3), np.uint8)), np.float32([2, 3]))
        with pytest.raises(runtime.RuntimeInputError) as caught:
            model(x, np.zeros((3, 4), np.uint8))
        assert str(caught.value) == "input 'z': dim 1 must be 2*N-1 = 3, but the array has 4"
