"""OpenVINO IR as a model to import: what the user asks of inputs and outputs is done on the finished graph."""
