"""Damaged symbols and parameters are imported, or refused with an error of ours: nothing else may happen.

python -m tests.frontends.mxnet.test_mxnet_mutations 2000        a longer run
"""

from __future__ import annotations

import copy
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.read_model import read_model
from tests.frontends.mxnet.all_cases import CASES
from tests.frontends.mxnet.nets import NETS
from tests.frontends.mxnet.symbol_writer import params_bytes

ODD = ("0", "-1", "1", "2", "3", "7", "-2", "100", "1e9", "None", "True", "nan", "inf", "", "()", "(0, 0)", "(1,)", "x")
ODD += ("(3, 3)", "(-1, -1)", "(None, 1)", "[2,2]", "2147483648", "-9223372036854775808", "9" * 30, "(1, 1, 1, 1, 1)")
NAMES = ("insightface", "ssd", "tagger", "transformer", "yolo")


def damage(symbol, rng):
    """One random change to the nodes."""
    sound = [n for n in symbol["nodes"] if type(n["inputs"]) is list and type(n.get("attrs", {})) is dict]
    node, other = rng.choice(sound), rng.choice(sound)
    kind = rng.randrange(8)
    attributes = node.get("attrs")
    if kind == 0 and attributes:
        attributes[rng.choice(list(attributes))] = rng.choice(ODD)
    elif kind == 1 and attributes:
        del attributes[rng.choice(list(attributes))]
    elif kind == 2 and node["inputs"]:
        rng.choice(node["inputs"])[rng.randrange(2)] = rng.choice((0, 1, 3, rng.randrange(len(symbol["nodes"])), -1))
    elif kind == 3 and node["inputs"]:
        node["inputs"].append(rng.choice(node["inputs"]))
    elif kind == 4 and node["inputs"]:
        node["inputs"].pop()
    elif kind == 5:
        node["op"] = other["op"]
    elif kind == 6 and attributes:
        node["attrs"] = {**attributes, **other.get("attrs", {})}
    else:
        node[rng.choice(("op", "name", "inputs", "attrs", "subgraphs"))] = rng.choice((3, None, "x", [], {}, [[0, 0]]))


def damaged_bytes(content, rng):
    made = bytearray(content)
    for _ in range(rng.choice((1, 2, 5))):
        place = rng.randrange(len(made))
        made[place : place + rng.randrange(3)] = bytes(rng.randrange(256) for _ in range(rng.randrange(3)))
    return bytes(made[: rng.randrange(len(made))] if rng.random() < 0.2 else made)


def sound_or_refused(path, shapes):
    """Whether the model was imported; an internal error, a foreign one, or one without a file, is a failure."""
    try:
        with limited(seconds=60):
            read_model(path, inputs=shapes)
    except InternalError:
        raise
    except DldtError as error:
        if str(path.parent) not in str(error):
            raise
        return False
    return True


def run(count, seed, folder):
    """So many damaged models; how many were refused, and how long the slowest took."""
    rng = random.Random(seed)
    made = {name: NETS[name]() for name in NAMES}
    refused, slowest = 0, 0.0
    for number in range(count):
        net, outputs = made[rng.choice(NAMES)]
        path = net.save(folder, *outputs)
        kind = rng.randrange(4)
        if kind < 2:
            symbol = copy.deepcopy(net.symbol(*outputs))
            for _ in range(rng.choice((1, 1, 2, 3))):
                damage(symbol, rng)
            path.write_text(json.dumps(symbol))
        elif kind == 2:
            path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        else:
            path.with_name("net-0000.params").write_bytes(damaged_bytes(params_bytes(net.params), rng))
        begin = time.perf_counter()
        try:
            refused += not sound_or_refused(path, {name: array.shape for name, array in net.inputs.items()})
        except Exception as error:
            raise AssertionError(f"seed {seed}, model {number}: {error}") from error
        slowest = max(slowest, time.perf_counter() - begin)
    return refused, slowest


def damage_case(case, rng, folder):
    """A node of the cases with other attributes, inputs and shapes: the path, and the shapes."""
    net, outputs = case.writer()
    path, symbol = net.save(folder, *outputs), copy.deepcopy(net.symbol(*outputs))
    node = symbol["nodes"][-1]
    attributes, inputs = node.setdefault("attrs", {}), node["inputs"]
    if attributes:
        attributes[rng.choice(list(attributes))] = rng.choice(ODD)
    kind = rng.randrange(6)
    if kind == 0 and inputs:
        inputs.pop()
    elif kind == 1 and inputs:
        inputs.append(rng.choice(inputs))
    elif kind == 2:
        rng.shuffle(inputs)
    path.write_text(json.dumps(symbol))
    used = {symbol["nodes"][number]["name"] for number, _, _ in inputs} - set(case.labels)
    return path, {name: odd_shape(array.shape, rng) for name, array in net.inputs.items() if name in used}


def odd_shape(shape, rng):
    """A shape that may have other dims, or more or fewer."""
    made, kind = list(shape), rng.randrange(6)
    if kind == 0 and made:
        made.pop()
    elif kind == 1:
        made.append(rng.choice((1, 2, 7)))
    elif kind == 2 and made:
        made[rng.randrange(len(made))] = rng.choice(("N", 0, 1, 3, 1000))
    return made


@pytest.mark.parametrize("seed", range(2))
def test_damaged_nodes(seed, tmp_path):
    rng = random.Random(seed)
    refused = sum(not sound_or_refused(*damage_case(CASES[rng.choice(list(CASES))], rng, tmp_path)) for _ in range(300))
    assert refused > 100


@pytest.mark.parametrize("seed", range(2))
def test_damaged_models(seed, tmp_path):
    refused, _ = run(40, seed, tmp_path)
    assert refused > 5


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        wanted = int(sys.argv[1])
        found, longest = run(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else 99, Path(folder))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{wanted} damaged models: {found} refused, the others imported; at most {longest:.1f} s, {memory} MiB")
