"""Rules of process."""
