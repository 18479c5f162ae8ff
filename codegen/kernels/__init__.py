"""Kernel families: for each kind of task, how it is carried out natively."""
