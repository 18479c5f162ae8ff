"""What runs where: regions, layouts, precision, row tiling, memory, threads."""
