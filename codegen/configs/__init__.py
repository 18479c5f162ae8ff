"""Tables and cost models that choose a kernel for a problem on a target."""
