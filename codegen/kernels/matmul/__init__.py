"""Matrix products with a constant matrix."""
