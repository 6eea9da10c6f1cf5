"""Rules of parity."""
