"""Who was wrong: a recording of both sides held against the offer, entry by entry, until the first that it does not explain."""
