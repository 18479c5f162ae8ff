"""Random ONNX models, native beside onnxruntime."""
