"""The thin runtime: opens compiled artifacts and runs them with numpy and ctypes alone."""
