"""The ONNX frontend: protobuf bytes → records → Graph."""
