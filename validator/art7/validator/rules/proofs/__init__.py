"""Rules that read the answers of the prover; they find nothing in an offer that was not proved."""
