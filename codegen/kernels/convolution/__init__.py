"""Convolutions, transposed convolutions and products with constant matrices, by register tiles."""
