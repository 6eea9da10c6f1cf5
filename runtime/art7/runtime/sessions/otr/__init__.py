"""Off-the-record messaging, version 3: a conversation with one client of a peer."""
