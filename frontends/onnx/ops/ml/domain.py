"""The name of the domain."""

ML = "ai.onnx.ml"
"""As nodes have it."""
