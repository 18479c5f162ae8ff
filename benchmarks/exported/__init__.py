"""Networks of random seeded weights as frameworks' own exporters write them, beside onnxruntime."""
