"""Points on which good implementations of one standard disagree: an offer that builds on it decides them."""
