"""Several offers side by side: what must be built, what is shared, who can join one group, how far from the standards.

`compare.py` makes the one model (`model.py`) that every form shows; nothing is run here and nothing is generated:
sizes of generated code are handed in.
"""
