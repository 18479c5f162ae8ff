"""Loop IR to LLVM IR, to an object, to one shared library."""
