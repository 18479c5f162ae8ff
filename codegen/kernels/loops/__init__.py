"""Loop nests: element-wise operations, movements, reductions, and everything that no other family carries out."""
