"""How a file of parameters begins."""

LIST_MAGIC = 0x112
"""Its first 64 bits."""
