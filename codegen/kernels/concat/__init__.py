"""Concatenation: every input is written to its place in the output."""
