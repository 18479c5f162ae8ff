"""Operations with damaged attributes and inputs are imported or refused, never anything else."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.compiler.types import DType
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.tensorflow.ops import register
from tests.frontends.tensorflow.case import Case, Fixed, record
from tests.frontends.tensorflow.cases.table import FAMILIES

EVERY = [case for cases in FAMILIES.values() for case in cases]
NUMBERS = (0, 1, -1, 2, 7, -(2**31), 2**31 - 1, 2**40, 2**62)
IN_CI = 300


def damaged(case, chance):
    """The case with one thing changed."""
    inputs, attributes = list(case.inputs), dict(case.attributes)
    declared = list(register().find(case.op).signature.attributes.values())
    what = chance.randrange(4)
    if what == 0 and declared:
        chosen = chance.choice(declared)
        attributes[chosen.name] = value(chosen.kind, attributes.get(chosen.name), chance)
    elif what == 1 and inputs:
        del inputs[chance.randrange(len(inputs))]
    elif what == 2 and inputs:
        at = chance.randrange(len(inputs))
        array = np.array(case.arrays()[at])
        if array.size and array.dtype.kind in "iu":
            array.ravel()[chance.randrange(array.size)] = np.array(chance.choice(NUMBERS)).astype(array.dtype)
        elif array.ndim:
            array = array[: chance.randrange(array.shape[0] + 1)]
        inputs[at] = Fixed(array) if isinstance(inputs[at], Fixed) else array
    elif inputs:
        at = chance.randrange(len(inputs))
        array = np.asarray(case.arrays()[at])
        shaped = chance.choice((array.reshape(-1), array[None], array.astype(np.int64), array.astype(np.float16)))
        inputs[at] = Fixed(shaped) if isinstance(inputs[at], Fixed) else shaped
    return Case(case.op, tuple(inputs), attributes, case.outputs)


def value(kind, given, chance):
    """Another value of an attribute's kind, or of none."""
    if chance.randrange(8) == 0:
        return chance.choice((None, "x", (), 3.5))
    if kind is bool:
        return not given
    if kind is int:
        return chance.choice(NUMBERS)
    if kind is float:
        return chance.choice((0.0, -1.0, 1e38, float("nan"), float("inf")))
    if kind is str:
        return chance.choice(("", "SAME", "VALID", "EXPLICIT", "NHWC", "NCHW", "nonsense", "ij,jk->ik"))
    if kind is DType:
        return chance.choice(list(DType))
    numbers = [chance.choice(NUMBERS) if chance.randrange(3) == 0 else n for n in given or (1, 1, 1, 1)]
    return tuple(numbers[: chance.randrange(len(numbers) + 2)])


def attempt(number):
    """Import one mutant. What is wrong with how it fails, or nothing."""
    chance = random.Random(number)
    case = damaged(chance.choice(EVERY), chance)
    try:
        with limited(memory=1 << 28, seconds=20):
            import_model(record([case])[0])
    except InternalError as error:
        return f"{number}: {case.op} {case.attributes}: {str(error)[:300]}"
    except DldtError:
        return ""
    return ""


@pytest.mark.filterwarnings("ignore")
def test_mutants():
    assert not [text for number in range(IN_CI) if (text := attempt(number))]


if __name__ == "__main__":
    first, last = (int(word) for word in sys.argv[1:3])
    wrong = [text for number in range(first, last) if (text := attempt(number))]
    print("\n".join(wrong), f"{last - first} mutants, {len(wrong)} wrong")
