"""The operations, one file an operation or a tight family."""
