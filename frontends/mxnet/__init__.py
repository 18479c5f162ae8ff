"""MXNet: a symbol in JSON and its parameters → Graph."""
