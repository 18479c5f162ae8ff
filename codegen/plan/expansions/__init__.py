"""Operations taken apart, one file an operation or a tight family; importing this package fills the table."""

from dldt.compiler.submodules import import_submodules

import_submodules(__name__)
