"""Vectors against any program: the adapter protocol, and who passed what."""
