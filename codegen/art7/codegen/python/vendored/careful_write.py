"""Writing on octets step by step, for careful twins.

Text of generated projects.
"""
