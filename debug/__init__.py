"""Debugging: observers that print, dump and check a compilation, and the search for the step that broke a model."""
