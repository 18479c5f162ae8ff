"""Vector mathematical functions as LLVM IR."""

from dldt.codegen.llvm.math.registry import MATH, emit_math
from dldt.compiler.submodules import import_submodules

__all__ = ["MATH", "emit_math"]

import_submodules(__name__)
