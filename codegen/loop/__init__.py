"""The loop IR: what kernels compute, schedules of its loops, and the lowering of every operation into it."""
