"""Rules of choice."""
