"""How good vectors are: small faults put into the generated codec, and which of them a vector finds."""
