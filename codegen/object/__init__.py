"""From LLVM IR to one shared library: child processes, cache, ELF reader, linker."""
