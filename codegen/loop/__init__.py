"""The loop IR: what kernels compute, its schedules, and the lowering of every operation into it."""
