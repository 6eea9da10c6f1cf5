"""Rules of change."""
