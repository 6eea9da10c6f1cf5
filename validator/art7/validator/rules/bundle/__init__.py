"""Rules of bundle."""
