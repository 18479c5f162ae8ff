"""What the math functions leave in an object, and what they refuse."""

import pytest

from benchmarks.native_math import math_module, optimised
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, bits
from dldt.codegen.llvm.math import MATH, emit_math
from dldt.codegen.object.elf_constants import EM_AARCH64, EM_X86_64
from dldt.codegen.object.elf_object import read_object
from dldt.codegen.target import TARGETS
from dldt.compiler.errors import InternalError, UnsupportedError

DOUBLES = (
    *("exp", "log", "tanh", "sigmoid", "erf", "softplus", "gelu", "gelu_tanh", "pow", "sin", "cos", "sqrt", "rsqrt"),
    *("reciprocal", "floor", "ceil", "trunc", "round_even", "round_away", "abs", "sign"),
)
ELEMENTS = dict.fromkeys(DOUBLES, ("float", "double"))
MACHINES = {"x86_64": EM_X86_64, "aarch64": EM_AARCH64}


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
@pytest.mark.parametrize("scalar", [False, True], ids=["vector", "scalar"])
def test_no_function_calls_a_library(target, scalar):
    module = None
    for name in MATH:
        for element in ELEMENTS.get(name, ("float",)):
            lanes = 0 if scalar else target.lanes(bits(element) // 8)
            text = math_module(name, target, lanes, element, symbol=f"kernel_{name}_{element}")
            part, machine = optimised(text, target)
            if module is None:
                module = part
            else:
                module.link_in(part)
    found = read_object(machine.emit_object(module), MACHINES[target.arch])
    undefined = [s.name for s in found.symbols if s.section is None and s.name and not s.absolute]
    assert not undefined


@pytest.mark.parametrize("element", ["half", "bfloat"])
def test_narrow_floats_are_computed_in_float_and_rounded_once(element):
    b = Builder(TARGETS["x86-64-v3"])
    with b.function("f", [("ptr", "p")]) as (p,):
        result = emit_math(b, "tanh", b.load(f"<8 x {element}>", p, 2))
    assert result.type == f"<8 x {element}>"
    assert b.text("f").count(f"to <8 x {element}>") == 1


def test_a_function_that_is_not_written_for_a_type_is_named():
    b = Builder(TARGETS["x86-64-v3"])
    with pytest.raises(UnsupportedError, match="math function acosh has no native code for elements of type double"):
        emit_math(b, "acosh", Ir("<4 x double>", "%x"))


def test_a_wrong_number_of_operands_is_refused():
    b = Builder(TARGETS["x86-64-v3"])
    with pytest.raises(InternalError, match="no math function pow of 1 operands"):
        emit_math(b, "pow", Ir("float", "%x"))
