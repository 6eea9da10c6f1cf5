"""Passes over code IR and over plans. Each is one function, tested alone."""
