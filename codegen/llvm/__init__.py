"""Text of LLVM IR: values, expressions, vector math, and the program that the threads run."""
