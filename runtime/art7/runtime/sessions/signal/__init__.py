"""Sessions of the Signal protocol: how they begin, with whom, and groups."""
