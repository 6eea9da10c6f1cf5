"""Rules of consistency."""
