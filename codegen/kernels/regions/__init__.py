"""The largest pixels of cells of regions: vectors of channels, one pixel after the other."""
