"""Running sums along an axis: one addition an element."""
