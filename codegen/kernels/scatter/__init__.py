"""Writing by index: rows, one after the other."""
