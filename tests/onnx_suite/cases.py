"""The cases of onnx.backend.test, each a function to call, and those that are excluded, each with its reason."""

from __future__ import annotations

import functools
import os
import re
import tempfile
import unittest
import warnings
from collections.abc import Callable
from pathlib import Path

import attrs
from onnx.backend.test.runner import Runner

from dldt.onnx_backend import OnnxBackend
from tests.onnx_suite.freed import freed

EXCLUDED = Path(__file__).with_name("excluded.txt")
EXCLUDED_FREE = Path(__file__).with_name("excluded_free.txt")


class FreeBackend(OnnxBackend):
    """Leaves every dim of every input free that the results allow to be free."""

    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        return OnnxBackend.prepare(freed(model), device, **kwargs)

    @classmethod
    def run_model(cls, model, inputs, device="CPU", **kwargs):
        return cls.prepare(model, device).run(inputs)


@attrs.frozen
class Exclusion:
    """A pattern of names of cases, and why these are left out."""

    pattern: str
    reason: str

    def fits(self, name: str) -> bool:
        return re.fullmatch(self.pattern, name) is not None


@functools.cache
def exclusions(path: Path = EXCLUDED) -> tuple[Exclusion, ...]:
    """The lines of a file: a pattern, and behind two blanks the reason; ``#`` begins a remark."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
    return tuple(Exclusion(*map(str.strip, line.split("  ", 1))) for line in lines)


def excluded(name: str, path: Path = EXCLUDED) -> str:
    """Why a case is left out; nothing where it is not."""
    return next((each.reason for each in exclusions(path) if each.fits(name)), "")


@functools.cache
def cases(free: bool = False) -> dict[str, Callable[[], None]]:
    """Every case for the CPU by name; a call raises where the answer is wrong, or there is none."""
    os.environ["ONNX_HOME"] = tempfile.mkdtemp(prefix="dldt-onnx-home-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classes = Runner(FreeBackend if free else OnnxBackend, __name__).test_cases.values()
    found: dict[str, Callable[[], None]] = {}
    for made in classes:
        for name in unittest.TestLoader().getTestCaseNames(made):
            if name.endswith("_cpu"):
                found[name.removesuffix("_cpu")] = functools.partial(_run, made, name)
    return dict(sorted(found.items()))


def _run(made: type[unittest.TestCase], name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(made(name), name)()
