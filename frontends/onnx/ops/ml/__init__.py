"""The operations of ``ai.onnx.ml``: trees, linear models, support vectors, and what prepares features for them."""

from dldt.compiler.submodules import import_submodules

import_submodules(__name__)
