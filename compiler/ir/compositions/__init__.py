"""Operations of the IR that we have as compositions of others: a layer is read as the operations that it is made of."""

from dldt.compiler.submodules import import_submodules

import_submodules(__name__)
