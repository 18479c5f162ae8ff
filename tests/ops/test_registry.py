"""Every registered operation has cases and is exported."""

from __future__ import annotations

import pytest

from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.op import REGISTRY, Op, find_op
from tests.ops.table import all_cases

CLASSES = [cls for versions in REGISTRY.values() for cls in versions.values() if cls.__module__.startswith("dldt.")]
ENDS = (ops.Parameter, ops.Constant, ops.Result)
"""Tested with the graph."""
RUN = (ops.If, ops.Loop, ops.TensorIterator, ops.ReadValue, ops.Assign)
"""Bodies and variables: tested with the interpreter."""


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_operation_has_cases(cls: type[Op]) -> None:
    if cls in (*ENDS, *RUN):
        return
    assert [case for case in all_cases() if type(case.op) is cls], f"no case of {cls.__name__} in tests/ops/cases"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_operation_is_exported(cls: type[Op]) -> None:
    assert cls.__name__ in ops.__all__
    assert getattr(ops, cls.__name__) is cls


def test_case_ids_are_unique() -> None:
    ids = [case.id for case in all_cases()]
    assert len(ids) == len(set(ids))


def test_the_newest_version_not_above_the_asked_one_is_found() -> None:
    assert find_op("maxpool", "opset1") is ops.MaxPool
    assert find_op("MaxPool", "opset7") is ops.MaxPool
    assert find_op("MaxPool", "opset8") is ops.MaxPool8
    assert find_op("MaxPool", "opset15") is ops.MaxPool14
    with pytest.raises(UnsupportedError, match=r"operation Gelu of opset1 is not supported"):
        find_op("Gelu", "opset1")
    with pytest.raises(UnsupportedError, match=r"operation set 'opset99' is not known \(opset1 to opset16 are\)"):
        find_op("ReLU", "opset99")
