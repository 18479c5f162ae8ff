"""The operations of onnxruntime's own domain, which its optimiser and its quantising tools write."""

from dldt.compiler.submodules import import_submodules

import_submodules(__name__)
