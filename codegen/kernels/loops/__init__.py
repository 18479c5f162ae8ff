"""Loop nests: element-wise operations, movements, reductions, and whatever no other family carries out."""
