"""Batched matmul: products of two computed matrices."""
