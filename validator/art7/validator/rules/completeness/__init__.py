"""Rules of completeness."""
