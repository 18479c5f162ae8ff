"""The operations' test cases as IR, and damaged attributes of their layers."""

import re
from pathlib import Path

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from tests.fuzz.odd import odd_floats, odd_ints, odd_lists
from tests.ir.models import add_case
from tests.ops.table import all_cases

SEEDS = 4
"""How many cases of an operation are tried."""

_LAYER = re.compile(r'<layer id="\d+" name="[^"]*" type="(\w+)" version="\w+">\s*<data ([^>]*?)/>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
WORDS = ("", "x", "nan", "inf", "-inf", "1e400", "0x10", "1,", ",", "true", "numpy", "f16", "é" * 2000)


def seeds(folder):
    """(title, text of an .xml) for some cases of every operation; the .bin lies at ``folder``/m.bin-N."""
    found = {}
    for case in all_cases():
        found.setdefault(case.op.type, []).append(case)
    for cases in found.values():
        for case in cases[:: max(1, len(cases) // SEEDS)][:SEEDS]:
            graph = Graph()
            add_case(graph, case)
            try:
                path, weights = write_ir(graph, Path(folder) / "seed.xml")
            except UnsupportedError:  # found sizes have no layer
                continue
            yield f"{case.op.type} {case.id}", path.read_text(), weights.read_bytes()


def damaged(text):
    """(what was changed, text) for every attribute of every layer."""
    for layer in _LAYER.finditer(text):
        for attribute in _ATTRIBUTE.finditer(layer[2]):
            start, end = (layer.start(2) + place for place in attribute.span(2))
            for value in dict.fromkeys(_values(attribute[2])):
                yield f"{layer[1]} {attribute[1]}={value[:60]!r}", text[:start] + value + text[end:]


def _values(value):
    yield from WORDS
    if re.fullmatch(r"-?\d+", value):
        yield from map(str, odd_ints(int(value)))
    elif re.fullmatch(r"-?[\d.]+(e[-+]?\d+)?", value):
        yield from map(str, odd_floats(float(value)))
    else:
        yield from map(str, odd_ints(0))
    if re.fullmatch(r"-?\d+(, ?-?\d+)*", value):
        yield from (",".join(map(str, n)) for n in odd_lists([int(x) for x in value.split(",")], odd_ints))
