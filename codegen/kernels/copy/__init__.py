"""Copies of tensors into another layout or type."""
