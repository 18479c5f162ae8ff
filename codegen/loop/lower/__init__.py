"""Lowering: each operation as a function from output index to element expression."""

from dldt.compiler.submodules import import_submodules

import_submodules(__name__)
