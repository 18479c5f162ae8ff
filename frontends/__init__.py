"""Readers and importers, one folder a framework."""
