"""Objects of Matrix that are signed, redacted or encrypted."""
