"""Kernel families: the ways to carry out each kind of task natively."""
