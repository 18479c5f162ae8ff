"""One math function of the code generator as a callable on numpy arrays, compiled into this process."""

from __future__ import annotations

import ctypes
from typing import Any

import attrs
import llvmlite.binding as llvm
import numpy as np

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import bits, vector
from dldt.codegen.llvm.math import MATH, emit_math
from dldt.codegen.object.object import feature_text
from dldt.codegen.target import TARGETS, Target

llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()

Array = np.ndarray[Any, Any]
DTYPES = {"float": np.float32, "double": np.float64}


@attrs.frozen
class MathKernel:
    """A compiled loop over ``y[i] = name(x0[i], …)``."""

    name: str
    lanes: int
    dtype: Any
    engine: Any

    def __call__(self, *arrays: Array) -> Array:
        """Apply the function to one-dimensional arrays of equal length."""
        size = len(arrays[0])
        padding = -size % max(self.lanes, 1)
        inputs = [np.ascontiguousarray(np.pad(a, (0, padding), mode="edge"), self.dtype) for a in arrays]
        result = np.empty_like(inputs[0])
        kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (len(inputs) + 1), ctypes.c_int64)
        function = kind(self.engine.get_function_address("kernel"))
        function(*(a.ctypes.data for a in inputs), result.ctypes.data, len(result))
        return result[:size]


def math_module(name: str, target: Target, lanes: int, element: str = "float", symbol: str = "kernel") -> str:
    """The LLVM text of ``void symbol(x0, …, y, n)``; with ``lanes`` 0 the code is scalar."""
    b = Builder(target)
    size = bits(element) // 8
    operands = [("ptr", f"x{i}") for i in range(MATH[name])]
    with (
        b.function(symbol, [*operands, ("ptr", "y"), ("i64", "n")]) as (*inputs, y, n),
        b.loop(b.index(0), n, max(lanes, 1)) as loop,
    ):
        values = [b.load(vector(element, lanes), b.gep(p, loop.index, element), size) for p in inputs]
        b.store(emit_math(b, name, *values), b.gep(y, loop.index, element), size)
    return b.text(name)


def machine(target: Target) -> Any:
    """LLVM's target machine, set up as in the code generator."""
    found = llvm.Target.from_triple(target.triple)
    return found.create_target_machine(
        cpu=target.cpu.llvm, features=feature_text(target), opt=3, reloc="pic", codemodel="small"
    )


def optimised(text: str, target: Target) -> tuple[Any, Any]:
    """The module after LLVM's passes, and its target machine."""
    module = llvm.parse_assembly(text)
    target_machine = machine(target)
    module.triple, module.data_layout = target.triple, str(target_machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(3)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    llvm.create_pass_builder(target_machine, tuning).getModulePassManager().run(
        module, llvm.create_pass_builder(target_machine, tuning)
    )
    return module, target_machine


def compile_math(name: str, target: Target, lanes: int, element: str = "float") -> MathKernel:
    """``name`` as native code of this machine, which must have the target's features."""
    text = math_module(name, target, lanes, element).replace("define hidden", "define")
    module, target_machine = optimised(text, target)
    engine = llvm.create_mcjit_compiler(module, target_machine)
    engine.finalize_object()
    return MathKernel(name, lanes, DTYPES[element], engine)


def runnable() -> list[Target]:
    """The known targets that this machine can run."""
    host, triple = llvm.get_host_cpu_features(), llvm.get_process_triple()
    same = [t for t in TARGETS.values() if t.arch == triple.split("-", 1)[0]]
    return [t for t in same if all(host.get(feature) for feature in t.features)]
