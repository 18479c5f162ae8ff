"""Kaldi's components and networks over time as text files, and damaged fields and lines of configuration of them."""

import re

import numpy as np

from tests.frontends.kaldi.component_cases import COMPONENTS
from tests.frontends.kaldi.layer_cases import LAYERS
from tests.frontends.kaldi.models import CASES
from tests.frontends.kaldi.written import nnet1, nnet3
from tests.fuzz.odd import odd_arrays, odd_floats, odd_ints, odd_lists

_NUMBER = re.compile(r"(?<![\w.])-?\d+")
_WRONG = ("x", "nan", "-inf", "1e400", "[ ]", "[ 1 2 ]", "<Dim> 3", "T")


def seeds():
    """(title, the operation, a function of the pairs of what was changed and the file) for every case."""
    for case in COMPONENTS:
        yield f"component {case.kind} {case.note}", case.kind, _damaged_component(case)
    for case in LAYERS:
        yield f"layer {case.kind}", case.kind, _damaged_layer(case)
    for case in CASES:
        yield f"network {case.name}", case.name, _damaged_network(case)


def _damaged_component(case):
    def several():
        for what, fields in _damaged_fields(case.fields):
            yield what, _alone(case.kind, case.width, fields)
        for width in odd_ints(case.width):
            yield f"width={width}", _alone(case.kind, width, case.fields)

    return several


def _alone(kind, width, fields):
    lines = (
        f"input-node name=input dim={width}",
        "component-node name=c component=c input=input",
        "output-node name=y input=c objective=linear",
    )
    return nnet3("\n".join(lines), {"c": (kind, fields)}, binary=False)


def _damaged_layer(case):
    def several():
        for what, fields in _damaged_fields(case.fields):
            yield what, nnet1([(case.kind, case.out, case.width, fields)], binary=False)
        for width in odd_ints(case.width):
            yield f"width={width}", nnet1([(case.kind, case.out, width, case.fields)], binary=False)
        for width in odd_ints(case.out):
            yield f"out={width}", nnet1([(case.kind, width, case.width, case.fields)], binary=False)

    return several


def _damaged_network(case):
    def several():
        for number in _NUMBER.finditer(case.config):
            for other in odd_ints(int(number[0])):
                start, end = number.span()
                config = f"{case.config[:start]}{other}{case.config[end:]}"
                yield f"number {number[0]} at {start}={other}", nnet3(config, case.components, binary=False)

    return several


def _damaged_fields(fields):
    for place, (token, given) in enumerate(fields):
        for value in (*_values(given), *_WRONG):
            shown = value.ravel()[:8].tolist() if isinstance(value, np.ndarray) else value
            yield f"{token}={shown!r:.60}", [*fields[:place], (token, value), *fields[place + 1 :]]
        yield f"no {token}", [*fields[:place], *fields[place + 1 :]]


def _values(given):
    if isinstance(given, bool):
        return (not given,)
    if isinstance(given, int):
        return odd_ints(given)
    if isinstance(given, float):
        return map(float, odd_floats(given))
    if isinstance(given, np.ndarray):
        return (array for array in odd_arrays(given) if array.ndim in (1, 2))
    if isinstance(given, list) and given and isinstance(given[0], int):
        return odd_lists(given, odd_ints)
    return ()
