"""The operations of onnxruntime's own domain, which its optimiser and its quantising tools write."""
