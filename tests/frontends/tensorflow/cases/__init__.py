"""The cases, a list a family."""
