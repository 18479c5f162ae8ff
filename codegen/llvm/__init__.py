"""Text of LLVM IR: values, expressions, vector math, the program of the threads."""
