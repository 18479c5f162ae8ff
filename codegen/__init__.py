"""From the graph to native code: lower, schedule, plan, emit."""
