"""Two records of the same derivations compared: the first value that differs, and the mistake that makes it differ."""
