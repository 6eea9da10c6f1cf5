"""Rules of keys."""
