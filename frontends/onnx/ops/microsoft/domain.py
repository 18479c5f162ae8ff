"""The name of the domain."""

MICROSOFT = "com.microsoft"
"""As nodes have it."""
