"""Lays out generated Python as the formatter does, so that formatting it again changes nothing."""
