"""Measurements: accuracy against onnxruntime, speed against peers, compile time, start-up time."""
