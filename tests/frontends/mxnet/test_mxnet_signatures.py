"""The importers have the inputs and attributes of MXNet's own registry (schema.json, by make_schema.py)."""

from __future__ import annotations

import ast
import json
import re
import types
import typing
from pathlib import Path

import pytest

from dldt.frontends.mxnet.aliases import ALIASES, FORKS, KERNELS
from dldt.frontends.mxnet.attributes import IGNORED, IGNORED_OF
from dldt.frontends.mxnet.ops import register
from dldt.frontends.mxnet.refused import REFUSED

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text())
IMPORTERS = {importer.op_type: importer for importer in register().importers()}
WITHOUT_NAMES = {"_CrossDeviceCopy", "_npi_concatenate", "_foreach", "_while_loop", "_cond"}
"""The registry does not say what they take, or it says what they refuse: ``dim`` of _npi_concatenate, which is axis;
or it lists sub-graphs among the inputs."""
KINDS = {"boolean": bool, "int": int, "long": int, "float": float, "double": float, "string": str, "real_t": float}
OLD_TOOL = Path(__file__).with_name("old_tool.txt").read_text().split()
"""The names in the Model Optimizer's tables, without ``proposal``, which is a Custom, and its own ``ScaleShift``."""
LABELS = {"label"}
"""Left out by the reader."""


def kind_of(text):
    word = re.split(r"[ ,(]", text)[0]
    if text.startswith("{"):
        return str
    if text.startswith(("Shape", "tuple of <Shape", "tuple of <long", "tuple of <int")):
        return tuple[int, ...]
    return tuple[float, ...] if text.startswith("tuple") else KINDS.get(word)


def default_of(text, kind):
    found = re.search(r"default=(.*)$", text)
    if found is None:
        return None
    word = found[1].strip("'")
    if word == "None":
        return None
    if kind is bool:
        return word in ("1", "True")
    if typing.get_origin(kind) is tuple:
        return tuple(ast.literal_eval(word))
    return kind(word)


def plain(kind):
    """The annotation without None."""
    if isinstance(kind, types.UnionType):
        return plain(next(part for part in typing.get_args(kind) if part is not type(None)))
    if typing.get_origin(kind) is tuple:
        return tuple[plain(typing.get_args(kind)[0]), ...]
    return kind


def same_default(own, wanted):
    if isinstance(own, float) and isinstance(wanted, float):
        return own == pytest.approx(wanted, rel=1e-6)
    if own in (None, ()) and wanted in (None, ()):
        return True
    return own == wanted or own == (wanted,)  # an axis that may be None is written as a tuple of one


@pytest.mark.parametrize("op", sorted(set(IMPORTERS) - WITHOUT_NAMES))
def test_signature_is_the_registrys(op):
    arguments = dict(SCHEMA[op]["arguments"])
    signature = IMPORTERS[op].signature
    inputs = [name for name, text in arguments.items() if "Symbol" in text or text == "NDArray"]
    assert [port.name for port in signature.inputs] == [name for name in inputs if name not in LABELS]
    left_out = IGNORED | IGNORED_OF.get(op, frozenset())
    attributes = {name: text for name, text in arguments.items() if name not in inputs}
    assert set(signature.attributes) - set(attributes) == set()
    assert set(attributes) - set(signature.attributes) <= left_out
    for name, own in signature.attributes.items():
        wanted = kind_of(attributes[name])
        found = plain(own.kind)
        assert found == wanted or (found == tuple[int, ...] and wanted is int), name
        if not own.required and "default" in attributes[name]:
            assert same_default(own.default, default_of(attributes[name], wanted)), name
        assert not own.required or "default" not in attributes[name], name


def test_every_other_name_is_the_registrys():
    others = {other: name for name, entry in SCHEMA.items() for other in entry["others"]}
    own = {*FORKS, *KERNELS}
    wrong = {
        other: name
        for other, name in ALIASES.items()
        if not other.startswith("_sparse") and other not in own and others.get(other) != name
    }
    assert wrong == {}


def test_every_operation_of_the_old_tool_is_imported_or_refused():
    known = set(IMPORTERS) | set(REFUSED) | {"null"}
    missing = [name for name in OLD_TOOL if ALIASES.get(name, name) not in known]
    assert missing == []


@pytest.mark.parametrize("name", FORKS)
def test_names_of_forks_are_those_of_operations_that_are_known(name):
    assert FORKS[name] in (*SCHEMA, *REFUSED)
