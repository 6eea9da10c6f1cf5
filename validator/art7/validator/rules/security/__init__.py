"""Rules of security."""
