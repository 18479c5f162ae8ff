"""Tasks: what is to be done, on which tensors."""
