"""Sub-graphs of detection networks → the operation of the toolkit that does the same, as a file of
``--transformations_config`` asks."""
