"""Transformation passes on the graph."""
