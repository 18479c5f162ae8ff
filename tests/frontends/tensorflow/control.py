"""Which operations are variables and control flow, or take the place of sub-graphs."""

CONTROL = (
    *("Case", "EmptyTensorList", "If", "PlaceholderWithDefault", "ReadVariableOp", "ResourceGather", "Stateless"),
    *("TensorArray", "TensorList", "While", "Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"),
    *("VarHandleOp", "Variable", "Assign", "Assert", "Print", "CheckNumerics", "NoOp", "PartitionedCall", "Stateful"),
    "Replaced>",
)
"""They have tests of their own."""
