"""Figures beside peers and hand-written limits: `python -m benchmarks`."""
