"""Tasks: what the program does, and on which tensors."""
