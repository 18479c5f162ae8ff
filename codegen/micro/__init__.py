"""Register-tile micro-kernels."""
