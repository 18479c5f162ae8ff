"""Vector mathematical functions as LLVM IR."""
