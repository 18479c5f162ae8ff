"""Which operations are variables and control flow."""

CONTROL = (
    *("Case", "EmptyTensorList", "If", "PlaceholderWithDefault", "ReadVariableOp", "ResourceGather", "Stateless"),
    *("TensorArray", "TensorList", "While", "Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"),
    *("VarHandleOp", "Variable", "Assign", "Assert", "Print", "CheckNumerics", "NoOp", "PartitionedCall", "Stateful"),
)
"""Variables and control flow have tests of their own."""
