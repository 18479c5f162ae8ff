"""The importers, one small function an operation; importing this package fills the table.

The positional parameters of an importer are the operation's inputs (a list of inputs is variadic), its keyword-only
ones the attributes, with TensorFlow's names and defaults. It declares the attributes that it needs and those that could
change what it computes: types (``T``, ``Tidx``) and the lengths of lists (``N``) that it does not declare are dropped
by the reader. Output 0 of node ``n`` is the tensor ``n``, output 1 ``n:1``. Constants are initialisers, placeholders
inputs; variables, functions and control flow are resolved by the reader.
"""

from dldt.compiler.submodules import import_submodules
from dldt.frontends.engine.framework import Framework
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.refused import REFUSED

import_submodules(__name__)


def register() -> Framework:
    """The filled table."""
    TENSORFLOW.refused = REFUSED
    return TENSORFLOW
